"""Limits of connections, of calls without authentication, and of the time that a call may wait for its message."""
