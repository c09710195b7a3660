"""Queries and verification of the audit log."""
