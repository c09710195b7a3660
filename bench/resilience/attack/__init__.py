"""Attacks on the running suite: each states the property that must hold, and reports whether it does."""
