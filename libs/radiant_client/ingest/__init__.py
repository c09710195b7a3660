"""Client of IngestService: writes, signal streams and recordings."""
