"""Tests of the conversion of spans and log records."""
