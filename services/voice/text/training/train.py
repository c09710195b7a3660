"""Trains the heads on the phrases and cross-validates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Embedder, Vectors
from voice.text.heads import CATEGORIES, Heads, Numbers, Origin, ratings_of
from voice.text.training.logistic import fit, fit_binary
from voice.text.training.phrases import Phrase, digest

SENTIMENT_PENALTY = 240.0
CATEGORY_PENALTY = 100.0
FOLDS = 10
SEED = 20261121
COMMAND = "python -m voice.text.training"
BATCH_PHRASES = 64
UNSAVED = Origin(embedder="", phrases_sha256="", command="", category_min=0.5)
"""Provenance of heads that are validated and not saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Cross-validated metrics: all phrases are classified by heads that were not trained on them."""

    accuracy: float
    """Share of phrases with the correct rating."""
    macro_f1: float
    """Macro-F1 over the three ratings."""
    accuracy_unseen_language: float
    """Accuracy of heads trained without the language of the phrase."""
    accuracy_unseen_genre: float
    """Accuracy on scenes of heads trained on remarks alone."""
    category_micro_f1: float


def embed_phrases(embedder: Embedder, phrases: Sequence[Phrase]) -> Vectors:
    """Returns the embeddings of the phrases, one row per phrase."""
    texts = [phrase.text for phrase in phrases]
    return np.vstack(
        [embedder.embed(texts[first : first + BATCH_PHRASES]) for first in range(0, len(texts), BATCH_PHRASES)]
    )


def train(phrases: Sequence[Phrase], vectors: Vectors, embedder: str) -> tuple[Heads, Metrics]:
    """Returns heads trained on all phrases, and metrics. The category threshold is chosen on left-out phrases."""
    ratings, categories = labels(phrases)
    folds = np.random.default_rng(SEED).permutation(len(phrases)) % FOLDS
    sentiments, predicted = cross_validated(vectors, ratings, categories, folds)
    category_min = category_threshold(predicted, categories)

    def is_correct(probabilities: Numbers) -> npt.NDArray[np.bool_]:
        return np.asarray(ratings_of(probabilities) == ratings, np.bool_)

    languages = np.array([phrase.language for phrase in phrases])
    is_scene = np.array([phrase.genre == "scene" for phrase in phrases])
    by_language, _ = cross_validated(vectors, ratings, categories[:, :0], languages)
    by_genre, _ = cross_validated(vectors, ratings, categories[:, :0], is_scene)
    metrics = Metrics(
        accuracy=float(is_correct(sentiments).mean()),
        macro_f1=macro_f1(ratings_of(sentiments), ratings),
        accuracy_unseen_language=float(is_correct(by_language).mean()),
        accuracy_unseen_genre=float(is_correct(by_genre)[is_scene].mean()),
        category_micro_f1=micro_f1(predicted >= category_min, categories),
    )
    origin = Origin(
        embedder=embedder,
        phrases_sha256=digest(),
        command=COMMAND,
        category_min=category_min,
    )
    return fit_heads(vectors, ratings, categories, origin), metrics


def labels(phrases: Sequence[Phrase]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Returns the ratings, shape (phrases,), and the categories, shape (phrases, categories)."""
    ratings = np.array([phrase.sentiment for phrase in phrases], np.int64)
    return ratings, np.array([[name in phrase.categories for name in CATEGORIES] for phrase in phrases], np.bool_)


def fit_heads(
    vectors: Vectors, ratings: npt.NDArray[np.int64], categories: npt.NDArray[np.bool_], origin: Origin
) -> Heads:
    """Returns heads fitted to these vectors."""
    features = vectors.astype(np.float64)
    rows = [fit_binary(features, is_positive, CATEGORY_PENALTY) for is_positive in categories.T]
    return Heads(
        sentiment=fit(features, ratings + 1, 3, SENTIMENT_PENALTY),
        categories=np.array(rows).reshape(len(rows), features.shape[1] + 1),
        origin=origin,
    )


def cross_validated(
    vectors: Vectors,
    ratings: npt.NDArray[np.int64],
    categories: npt.NDArray[np.bool_],
    groups: npt.NDArray[np.generic],
) -> tuple[Numbers, Numbers]:
    """Returns the probabilities of each vector from heads that were fitted to all other groups."""
    sentiments, predicted = np.empty((len(vectors), 3)), np.empty(categories.shape)
    for group in np.unique(groups):
        is_out = groups == group
        heads = fit_heads(vectors[~is_out], ratings[~is_out], categories[~is_out], UNSAVED)
        sentiments[is_out] = heads.sentiment_probabilities(vectors[is_out])
        predicted[is_out] = heads.category_probabilities(vectors[is_out])
    return sentiments, predicted


def category_threshold(predicted: Numbers, categories: npt.NDArray[np.bool_]) -> float:
    """Returns the multiple of 0.05 from 0.2 to 0.95 with the best micro-F1, the smallest of equals."""
    steps = [round(0.05 * step, 2) for step in range(4, 20)]
    return max(steps, key=lambda step: (micro_f1(predicted >= step, categories), -step))


def macro_f1(predicted: npt.NDArray[np.int64], true: npt.NDArray[np.int64]) -> float:
    """Returns the mean of the F1 scores of the three ratings."""
    return float(np.mean([micro_f1(predicted == rating, true == rating) for rating in (-1, 0, 1)]))


def micro_f1(predicted: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    """Returns the F1 score over all binary labels together; 1 without any positive label."""
    total = predicted.sum() + true.sum()
    return float(2 * (predicted & true).sum() / total) if total else 1.0
