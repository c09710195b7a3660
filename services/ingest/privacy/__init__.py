"""Erasure, export and retention of stored facts."""
