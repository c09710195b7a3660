"""Conversion between protobuf messages and objects of the domain."""
