"""Held-out sets of off-topic texts and of ratings in numbers, stars and emoji: their size and independence."""

import json
from collections import Counter
from pathlib import Path

import pytest

from voice.text.training.phrases import phrases

FOLDER = Path(__file__).parent


@pytest.mark.parametrize(("name", "languages"), [("heldout_offtopic", 11), ("heldout_ratings", 14)])
def test_heldout_set_has_200_distinct_texts_in_ten_languages_apart_from_phrases(name: str, languages: int) -> None:
    rows = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    assert len(texts) >= 200
    assert not set(texts) & {each.text for each in phrases()}
    counts = Counter(row["language"] for row in rows)
    assert len(counts) == languages
    assert sum(count >= 12 for count in counts.values()) >= 10
