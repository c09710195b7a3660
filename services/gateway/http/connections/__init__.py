"""Connections of the HTTP server: accepting, limits, timeouts and the framing of requests."""
