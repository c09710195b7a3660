"""Benchmarks of the quality of learning: replay of recorded outcomes, attacks, simulated experiments."""
