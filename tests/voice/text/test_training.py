"""The heads in the package are what the phrases in the package teach."""

from collections import Counter

import numpy as np
import pytest

from voice.text.embeddings import NanoEmbedder
from voice.text.heads import CATEGORIES, load, rate
from voice.text.training.phrases import digest, phrases
from voice.text.training.train import embedded, labels, learned, macro_f1, micro_f1

pytestmark = pytest.mark.slow


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


def test_the_heads_know_their_phrases(embedder: NanoEmbedder) -> None:
    some, kept = phrases()[::12], load()
    ratings, about = labels(some)
    vectors = embedded(embedder, some)
    assert (rate(kept.sentiments(vectors)) == ratings).mean() >= 0.75
    assert micro_f1(kept.abouts(vectors) >= kept.origin.category_min, about) >= 0.6


def test_the_same_phrases_teach_the_same_heads() -> None:
    chance = np.random.default_rng(3)
    vectors, ratings = chance.normal(size=(120, 8)).astype(np.float32), chance.integers(-1, 2, 120)
    about = chance.random((120, len(CATEGORIES))) < 0.3
    once, again = (learned(vectors, ratings, about, load().origin) for _ in range(2))
    assert (once.sentiment == again.sentiment).all()
    assert (once.categories == again.categories).all()


def test_the_likeliest_rating_is_given() -> None:
    assert rate(np.array([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])).tolist() == [-1, 0, 1]


def test_figures_are_what_their_names_say() -> None:
    yes, no = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert micro_f1(yes, no) == 0.5
    assert micro_f1(~yes & yes, ~yes & yes) == 1.0
    assert macro_f1(np.array([-1, 0, 1]), np.array([-1, 0, 1])) == 1.0
