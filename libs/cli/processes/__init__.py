"""Processes of the services under a supervisor."""
