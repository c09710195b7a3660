"""Checks of audio container formats."""
