"""Trains the heads on the phrases and cross-validates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Embedder, Vectors
from voice.text.heads import CATEGORIES, Heads, Numbers, Origin, category_probabilities, ratings_of
from voice.text.kernel import OFF_TOPIC
from voice.text.training.kernel import fit_kernel, folds_of, validated
from voice.text.training.logistic import Classes, fit_binary
from voice.text.training.phrases import Phrase, digest

CATEGORY_PENALTY = 100.0
FOLDS = 10
SEED = 20261121
COMMAND = "python -m voice.text.training"
BATCH_PHRASES = 64
STRONG = 0.4
"""Absolute sentiment above which a sentiment is strong."""
ELSEWHERE = "elsewhere"
"""Genre of phrases that are not about an answer."""


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
    off_topic_strong: float
    """Share of phrases that are not about an answer with a strong sentiment."""
    category_micro_f1: float


def embed_phrases(embedder: Embedder, phrases: Sequence[Phrase]) -> Vectors:
    """Returns the embeddings of the phrases, one row per phrase."""
    texts = [phrase.text for phrase in phrases]
    return np.vstack(
        [embedder.embed(texts[first : first + BATCH_PHRASES]) for first in range(0, len(texts), BATCH_PHRASES)]
    )


def train(phrases: Sequence[Phrase], vectors: Vectors, embedder: str) -> tuple[Heads, Metrics]:
    """Returns heads trained on all phrases, and metrics. The category threshold is chosen on left-out phrases."""
    classes, categories = labels(phrases)
    is_opinion = classes != OFF_TOPIC
    kernel = fit_kernel(vectors, classes)
    predicted = cross_validated(vectors[is_opinion], categories[is_opinion])
    category_min = category_threshold(predicted, categories[is_opinion])
    sentiments = validated(vectors, classes, kernel.calibration, folds_of(vectors, classes))

    def unseen(groups: npt.NDArray[np.generic], is_tested: npt.NDArray[np.bool_]) -> float:
        ratings = ratings_of(validated(vectors, classes, kernel.calibration, groups))
        return float((ratings == classes - 1)[is_tested].mean())

    is_scene = np.array([phrase.genre == "scene" for phrase in phrases])
    ratings = ratings_of(sentiments)
    metrics = Metrics(
        accuracy=float((ratings == classes - 1)[is_opinion].mean()),
        macro_f1=macro_f1(ratings[is_opinion], classes[is_opinion] - 1),
        accuracy_unseen_language=unseen(np.array([phrase.language for phrase in phrases]), is_opinion),
        accuracy_unseen_genre=unseen(is_scene, is_scene),
        off_topic_strong=float((np.abs(sentiments[:, 2] - sentiments[:, 0]) > STRONG)[~is_opinion].mean()),
        category_micro_f1=micro_f1(predicted >= category_min, categories[is_opinion]),
    )
    origin = Origin(
        embedder=embedder,
        phrases_sha256=digest(),
        command=COMMAND,
        category_min=category_min,
    )
    weights = fit_categories(vectors[is_opinion], categories[is_opinion])
    return Heads(sentiment=kernel, categories=weights, origin=origin), metrics


def labels(phrases: Sequence[Phrase]) -> tuple[Classes, npt.NDArray[np.bool_]]:
    """Returns the classes of the kernel head, shape (phrases,), and the categories, shape (phrases, categories)."""
    classes = [OFF_TOPIC if phrase.genre == ELSEWHERE else phrase.sentiment + 1 for phrase in phrases]
    categories = [[name in phrase.categories for name in CATEGORIES] for phrase in phrases]
    return np.array(classes, np.int64), np.array(categories, np.bool_)


def fit_categories(vectors: Vectors, categories: npt.NDArray[np.bool_]) -> Numbers:
    """Returns the weights of the categories, fitted to these vectors."""
    features = vectors.astype(np.float64)
    rows = [fit_binary(features, is_positive, CATEGORY_PENALTY) for is_positive in categories.T]
    return np.array(rows).reshape(len(rows), features.shape[1] + 1)


def cross_validated(vectors: Vectors, categories: npt.NDArray[np.bool_]) -> Numbers:
    """Returns the category probabilities of each vector from weights that were fitted to other folds."""
    folds = np.random.default_rng(SEED).permutation(len(vectors)) % FOLDS
    predicted = np.empty(categories.shape)
    for fold in range(FOLDS):
        is_out = folds == fold
        weights = fit_categories(vectors[~is_out], categories[~is_out])
        predicted[is_out] = category_probabilities(weights, vectors[is_out])
    return predicted


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
