"""Readers of audio container formats."""
