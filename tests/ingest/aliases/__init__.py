"""Tests of ingest.aliases."""
