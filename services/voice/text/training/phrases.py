"""Labelled phrases about answers of AI models, written for the training of the heads.

The sentiment is that of the whole phrase: a correct answer that is too long is neutral, an excellent one that is a bit
long is positive. Ironic praise is negative. Questions, requests and stories are neutral. Only opinions have categories.
Phrases of the genre `elsewhere` are not about an answer; their own sentiment is not labelled.
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
    """remark: a direct opinion about the answer; scene: a consequence of the answer, which implies the opinion;
    elsewhere: a text that is not about an answer, such as a speech, news or a remark about a restaurant."""
    sentiment: int
    categories: tuple[str, ...]
    text: str


def phrases(file: Path = FILE) -> list[Phrase]:
    """Returns the phrases in order. Raises ValueError for an unknown label."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [
        Phrase(row["language"], row["genre"], int(row["sentiment"]), tuple(row["categories"].split()), row["text"])
        for row in rows
    ]
    for each in found:
        if each.sentiment not in (-1, 0, 1) or not set(each.categories) <= set(CATEGORIES):
            raise ValueError(f"unknown label of the phrase: {each.text}")
    return found


def digest(file: Path = FILE) -> str:
    """Returns the SHA-256 of the file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
