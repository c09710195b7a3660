"""Texts in sentences, in any script, and in passages of bounded length."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[。！？｡])|(?<=[.!?…।؟۔])\s+|\n+")
"""After a full stop of scripts that put no space there, or at the space after one of the others."""


def sentences(text: str, characters_max: int) -> list[str]:
    """Returns the sentences in order, without blanks; longer ones are cut at spaces, or anywhere if there are none.

    A transcript may come without any punctuation, so the bound holds whatever the text.
    """
    whole = [part.strip() for part in _END.split(text) if part.strip()]
    return [piece for part in whole for piece in _cut(part, characters_max)]


def passages(text: str, passages_max: int, characters_max: int) -> list[str]:
    """Returns at most so many passages of neighbouring sentences; more sentences make longer passages."""
    parts = sentences(text, characters_max)
    size = -(-len(parts) // passages_max) or 1
    return [" ".join(parts[first : first + size]) for first in range(0, len(parts), size)]


def _cut(sentence: str, characters_max: int) -> list[str]:
    """Returns pieces of a sentence that keep to the bound."""
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
