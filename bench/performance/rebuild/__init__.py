"""Benchmark of the rebuild of all scores."""
