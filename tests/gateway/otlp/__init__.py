"""Tests of the OpenTelemetry intake."""
