"""Connections, calls, retries, the circuit breaker and errors."""
