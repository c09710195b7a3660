"""Checks of the gateway before it serves."""
