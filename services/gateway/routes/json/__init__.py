"""Conversion of JSON documents to messages and back, at a bounded cost."""
