"""Speech recognition: audio decoding, voice activity detection, batches, and the Whisper model."""
