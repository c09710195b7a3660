"""Exposures that clients report."""
