"""Erasure of users from learned data."""
