"""Splits texts of any script into sentences and into passages of limited length."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[。！？｡])|(?<=[.!?…।؟۔])\s+|\n+")
"""End of a sentence: directly after a full stop in scripts without spaces, or the space after one in the others."""


def sentences(text: str, characters_max: int) -> list[str]:
    """Returns the sentences in order, stripped. Longer ones are cut at spaces, or at the limit without spaces.

    The limit also holds for transcripts without punctuation.
    """
    whole = [part.strip() for part in _END.split(text) if part.strip()]
    return [piece for part in whole for piece in _cut(part, characters_max)]


def passages(text: str, passages_max: int, characters_max: int) -> list[str]:
    """Returns at most `passages_max` passages of consecutive sentences, all with about the same number of them."""
    parts = sentences(text, characters_max)
    size = -(-len(parts) // passages_max) or 1
    return [" ".join(parts[first : first + size]) for first in range(0, len(parts), size)]


def _cut(sentence: str, characters_max: int) -> list[str]:
    if len(sentence) <= characters_max:
        return [sentence]
    pieces: list[str] = []
    for word in sentence.split():
        for start in range(0, len(word), characters_max):
            part = word[start : start + characters_max]
            if pieces and len(pieces[-1]) + 1 + len(part) <= characters_max:
                pieces[-1] += " " + part
            else:
                pieces.append(part)
    return pieces
