"""Phrases that people might say about an AI model's answer, with what they mean by it; written for the purpose.

Sentiment is that of the whole: a correct answer that is too long is neutral, one that is a bit long but excellent is
positive. Mocking praise is negative. Questions, requests and tales are neutral; only opinions have categories.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from voice.text.heads import CATEGORIES

FILE = Path(__file__).with_name("phrases.tsv")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and its labels."""

    language: str
    genre: str
    """remark: about the answer, straight; scene: what happened because of it, from which a listener can tell."""
    sentiment: int
    categories: tuple[str, ...]
    text: str


def phrases(file: Path = FILE) -> list[Phrase]:
    """Returns the phrases in order; raises ValueError for one that has a label which does not exist."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [
        Phrase(row["language"], row["genre"], int(row["sentiment"]), tuple(row["categories"].split()), row["text"])
        for row in rows
    ]
    for each in found:
        if each.sentiment not in (-1, 0, 1) or not set(each.categories) <= set(CATEGORIES):
            raise ValueError(f"a label of this phrase does not exist: {each.text}")
    return found


def digest(file: Path = FILE) -> str:
    """Returns the SHA-256 of the file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
