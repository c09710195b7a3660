"""Rules and types of ingest, without input or output."""
