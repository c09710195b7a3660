"""Rebuild of all scores from the raw rows into a new version."""
