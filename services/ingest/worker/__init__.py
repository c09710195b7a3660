"""Background tasks of ingest."""
