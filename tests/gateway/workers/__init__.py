"""Tests of gateway.workers."""
