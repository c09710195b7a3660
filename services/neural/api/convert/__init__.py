"""Conversion between protobuf messages and domain objects."""
