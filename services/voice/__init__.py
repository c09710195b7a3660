"""Voice service: speech recognition, English translation and sentiment of voice feedback."""
