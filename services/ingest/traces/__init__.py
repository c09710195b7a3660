"""Outputs that inherit values from spans of later requests."""
