"""Converts OpenTelemetry spans and log records to manifests and explicit feedback, without input or output."""
