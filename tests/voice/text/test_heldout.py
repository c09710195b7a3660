"""Opinions of texts that had no part in the learning: modest bounds; `python -m bench sentiment` tells the figures."""

from collections import Counter

import numpy as np
import pytest

from bench.performance.voice.sentiment import ACCURACY_MIN, LEAD_MIN, heldout, read, vader
from voice.text.heads import CATEGORIES
from voice.text.opinion import EmbeddingReader
from voice.text.training.phrases import phrases
from voice.text.training.train import micro_f1

pytestmark = pytest.mark.slow


def test_the_texts_are_others_than_the_phrases_and_enough_of_each_kind() -> None:
    texts = heldout()
    assert not {each.text for each in texts} & {each.text for each in phrases()}
    assert set(Counter(each.language for each in texts)) == {"en", "de", "fr", "es", "pt", "ru", "zh", "ja", "ar", "hi"}
    assert min(Counter(each.language for each in texts).values()) >= 20
    assert min(Counter(each.sentiment for each in texts).values()) >= 60


def test_opinions_are_read_far_better_than_by_word_lists(reader: EmbeddingReader) -> None:
    texts = heldout()
    true = np.array([each.sentiment for each in texts])
    about = np.array([[name in each.categories for name in CATEGORIES] for each in texts])
    found = read(reader, texts)
    remarks = np.array([each.genre == "remark" for each in texts])
    accuracy, usual = (found.ratings == true).mean(), (vader(texts) == true).mean()
    assert accuracy >= ACCURACY_MIN
    assert accuracy - usual >= LEAD_MIN
    assert (found.ratings == true)[remarks].mean() >= 0.65
    assert micro_f1(found.categories, about) >= 0.45
