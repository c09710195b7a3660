"""Steps from a recording to a stored transcript: transcription, translation, redaction."""
