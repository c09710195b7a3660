"""Traces: the spans of a request as trees, and their relation to spans of other requests."""
