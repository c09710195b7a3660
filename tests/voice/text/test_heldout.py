"""Opinions of held-out texts, with low bounds; `python -m bench sentiment` prints the metrics."""

from collections import Counter

import numpy as np
import pytest

from bench.performance.voice.sentiment import (
    ACCURACY_MIN,
    BASELINE,
    LEAD_MIN,
    RATINGS_RIGHT_MIN,
    STRONG_OFF_TOPIC_MAX,
    heldout,
    read,
    strong_off_topic,
    vader,
    wrong_ratings,
)
from voice.text.heads import CATEGORIES
from voice.text.opinion import EmbeddingClassifier
from voice.text.training.phrases import phrases
from voice.text.training.train import micro_f1

pytestmark = pytest.mark.slow


def test_heldout_texts_differ_from_phrases_and_cover_languages_and_ratings() -> None:
    texts = heldout()
    assert not {each.text for each in texts} & {each.text for each in phrases()}
    assert set(Counter(each.language for each in texts)) == {"en", "de", "fr", "es", "pt", "ru", "zh", "ja", "ar", "hi"}
    assert min(Counter(each.language for each in texts).values()) >= 20
    assert min(Counter(each.sentiment for each in texts).values()) >= 60


def test_classifier_on_heldout_texts_is_more_accurate_than_vader(classifier: EmbeddingClassifier) -> None:
    texts = heldout()
    true = np.array([each.sentiment for each in texts])
    categories = np.array([[name in each.categories for name in CATEGORIES] for each in texts])
    predicted = read(classifier, texts)
    is_remark = np.array([each.genre == "remark" for each in texts])
    accuracy, baseline = (predicted.ratings == true).mean(), (vader(texts) == true).mean()
    assert accuracy >= max(ACCURACY_MIN, BASELINE["opinions right"] - 0.01)
    assert accuracy - baseline >= LEAD_MIN
    assert (predicted.ratings == true)[is_remark].mean() >= 0.65
    assert micro_f1(predicted.categories, categories) >= 0.45


def test_classifier_on_heldout_off_topic_texts_is_rarely_strong(classifier: EmbeddingClassifier) -> None:
    *texts, (_, share) = strong_off_topic(classifier)
    assert share <= STRONG_OFF_TOPIC_MAX, texts


def test_classifier_on_heldout_ratings_returns_their_values(classifier: EmbeddingClassifier) -> None:
    *texts, (_, share) = wrong_ratings(classifier)
    assert share >= RATINGS_RIGHT_MIN, texts
