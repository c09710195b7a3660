"""Tests of the HTTP server, the middleware and error responses."""
