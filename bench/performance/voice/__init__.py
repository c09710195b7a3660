"""Benchmarks of speech recognition and sentiment."""
