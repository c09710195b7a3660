"""Training: the phrases, and the heads that were trained on them."""

from collections import Counter

import numpy as np
import pytest

from voice.text.embeddings import NanoEmbedder
from voice.text.heads import CATEGORIES, load_heads, ratings_of
from voice.text.kernel import OFF_TOPIC
from voice.text.training.kernel import fit_kernel
from voice.text.training.phrases import digest, phrases
from voice.text.training.train import embed_phrases, fit_categories, labels, macro_f1, micro_f1

pytestmark = pytest.mark.slow


def test_phrases_cover_many_languages_ratings_and_categories() -> None:
    labelled = phrases()
    languages, ratings = Counter(each.language for each in labelled), Counter(each.sentiment for each in labelled)
    assert len(labelled) >= 500
    assert sum(count >= 20 for count in languages.values()) >= 12
    assert min(ratings.values()) > len(labelled) / 4
    assert {category for each in labelled for category in each.categories} == set(CATEGORIES)
    assert len({each.text for each in labelled}) == len(labelled)


def test_heads_of_package_were_trained_on_its_phrases() -> None:
    assert load_heads().origin.phrases_sha256 == digest(), "run python -m voice.text.training"


def test_heads_of_package_classify_training_phrases_above_minimum(embedder: NanoEmbedder) -> None:
    sample, heads = phrases()[::12], load_heads()
    classes, categories = labels(sample)
    ratings, is_opinion = np.where(classes == OFF_TOPIC, 1, classes) - 1, classes != OFF_TOPIC
    vectors = embed_phrases(embedder, sample)
    assert (ratings_of(heads.sentiment_probabilities(vectors)) == ratings).mean() >= 0.75
    predicted = heads.category_probabilities(vectors) >= heads.origin.category_min
    assert micro_f1(predicted[is_opinion], categories[is_opinion]) >= 0.6


def test_fit_heads_twice_returns_same_weights() -> None:
    generator = np.random.default_rng(3)
    vectors, classes = generator.normal(size=(120, 8)).astype(np.float32), generator.integers(0, 4, 120)
    categories = generator.random((120, len(CATEGORIES))) < 0.3
    first, second = (fit_kernel(vectors, classes) for _ in range(2))
    assert (first.weights == second.weights).all()
    assert (first.calibration == second.calibration).all()
    assert (first.linear == second.linear).all()
    assert (fit_categories(vectors, categories) == fit_categories(vectors, categories)).all()


def test_ratings_of_probabilities_are_the_likeliest() -> None:
    assert ratings_of(np.array([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])).tolist() == [-1, 0, 1]


def test_f1_scores_of_known_labels_are_exact() -> None:
    predicted, true = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert micro_f1(predicted, true) == 0.5
    assert micro_f1(~true & true, ~true & true) == 1.0
    assert macro_f1(np.array([-1, 0, 1]), np.array([-1, 0, 1])) == 1.0
