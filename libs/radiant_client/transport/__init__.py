"""Channels, retries, circuit breaker and errors of the client."""
