"""Hears voice feedback: speech to text in any language, its English translation, and what it says of the answer."""
