"""Faults of the chaos test: their order, their injection and the measurement of recovery."""
