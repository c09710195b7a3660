"""Chaos test: checks under faults that no acknowledged event is lost or stored twice."""
