"""Benchmarks of learning quality."""
