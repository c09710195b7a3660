"""Rebuild of all scores from raw rows into a new version."""
