"""Erasure of the data of a user."""
