"""The heads in the package are what the phrases in the package teach."""

from collections import Counter

import numpy as np
import pytest

from voice.text.embeddings import NanoEmbedder
from voice.text.heads import CATEGORIES, load
from voice.text.training.phrases import digest, phrases
from voice.text.training.train import embedded, labels, learned, macro_f1, micro_f1, rate, rating_thresholds


def test_the_phrases_are_many_languages_and_balanced() -> None:
    known = phrases()
    languages, ratings = Counter(each.language for each in known), Counter(each.sentiment for each in known)
    assert len(known) >= 500
    assert sum(count >= 20 for count in languages.values()) >= 12
    assert min(ratings.values()) > len(known) / 4
    assert {category for each in known for category in each.categories} == set(CATEGORIES)
    assert len({each.text for each in known}) == len(known)


def test_the_heads_are_of_these_phrases() -> None:
    assert load().origin.phrases_sha256 == digest(), "run python -m voice.text.training"


@pytest.mark.timeout(300)
def test_learning_again_gives_the_same_heads(embedder: NanoEmbedder) -> None:
    known, kept = phrases(), load()
    vectors = embedded(embedder, known)
    again = learned(vectors, *labels(known), kept.origin)
    assert again.sentiments(vectors) == pytest.approx(kept.sentiments(vectors), abs=0.01)
    assert again.abouts(vectors) == pytest.approx(kept.abouts(vectors), abs=0.01)


def test_thresholds_are_the_best_for_what_they_are_chosen_on() -> None:
    sentiments, ratings = np.array([-0.9, -0.35, -0.1, 0.1, 0.6, 0.9]), np.array([-1, -1, 0, 0, 0, 1])
    low, high = rating_thresholds(sentiments, ratings)
    assert rate(sentiments, low, high).tolist() == ratings.tolist()


def test_figures_are_what_their_names_say() -> None:
    yes, no = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert micro_f1(yes, no) == 0.5
    assert micro_f1(~yes & yes, ~yes & yes) == 1.0
    assert macro_f1(np.array([-1, 0, 1]), np.array([-1, 0, 1])) == 1.0
