"""Tests of user keys in requests."""
