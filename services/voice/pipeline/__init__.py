"""Processing of a recording: speech recognition, translation and redaction."""
