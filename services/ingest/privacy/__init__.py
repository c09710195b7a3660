"""Erasure, export and retention of stored data."""
