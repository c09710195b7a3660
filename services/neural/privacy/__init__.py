"""Erasure and export of a user's rows."""
