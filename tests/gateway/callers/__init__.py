"""Tests of gateway.callers."""
