"""Tests of the client against small services on real ports."""
