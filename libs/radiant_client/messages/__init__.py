"""Builders of protobuf messages that several services use."""
