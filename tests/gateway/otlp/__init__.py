"""OpenTelemetry intake: stock exporters, hostile bodies, and the table row by row."""
