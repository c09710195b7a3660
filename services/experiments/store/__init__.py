"""Storage of experiments and of answered requests."""
