"""From bytes of audio to words: sniffing, decoding, the gate for speech, batching, Whisper."""
