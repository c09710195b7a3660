"""Benchmarks of throughput and latency."""
