"""Intake of voice feedback and upload of recordings."""
