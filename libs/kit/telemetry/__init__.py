"""Logs, metrics and redaction of secrets in both."""
