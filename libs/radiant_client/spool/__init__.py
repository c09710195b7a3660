"""Spool on disk for writes that cannot be sent."""
