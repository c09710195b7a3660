"""Chaos, overload and fuzz tests of the running suite."""
