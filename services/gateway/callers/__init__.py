"""Callers of the gateway: verification of their tokens, and their limits."""
