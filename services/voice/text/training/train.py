"""Learns the heads from the phrases, and tells by cross-validation how well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Embedder, Vectors
from voice.text.heads import CATEGORIES, Heads, Numbers, Origin, rate
from voice.text.training.logistic import fit, fit_yes_or_no
from voice.text.training.phrases import Phrase, digest

SENTIMENT_PENALTY = 240.0
CATEGORY_PENALTY = 100.0
FOLDS = 10
SEED = 20261121
COMMAND = "python -m voice.text.training"
BATCH = 64
NOWHERE = Origin(embedder="", phrases_sha256="", command="", category_min=0.5)
"""Of heads that are made to be tested, not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well phrases were read by heads that had not seen them."""

    accuracy: float
    """Share of phrases rated right."""
    macro_f1: float
    """Over the three ratings."""
    accuracy_unseen_language: float
    """The same, by heads that had seen no phrase of the phrase's language."""
    accuracy_unseen_genre: float
    """Of scenes, by heads that had seen remarks alone."""
    category_micro_f1: float


def embedded(embedder: Embedder, phrases: Sequence[Phrase]) -> Vectors:
    """Returns the phrases' vectors."""
    texts = [phrase.text for phrase in phrases]
    return np.vstack([embedder.embed(texts[first : first + BATCH]) for first in range(0, len(texts), BATCH)])


def train(phrases: Sequence[Phrase], vectors: Vectors, embedder: str) -> tuple[Heads, Figures]:
    """Returns heads learned from all phrases, and figures; what categories need is chosen on left-out phrases."""
    ratings, about = labels(phrases)
    drawn = np.random.default_rng(SEED).permutation(len(phrases)) % FOLDS
    chances, abouts = left_out(vectors, ratings, about, drawn)
    category_min = category_threshold(abouts, about)

    def right(given: Numbers) -> npt.NDArray[np.bool_]:
        return np.asarray(rate(given) == ratings, np.bool_)

    languages = np.array([phrase.language for phrase in phrases])
    scenes = np.array([phrase.genre == "scene" for phrase in phrases])
    by_language, _ = left_out(vectors, ratings, about[:, :0], languages)
    by_genre, _ = left_out(vectors, ratings, about[:, :0], scenes)
    figures = Figures(
        accuracy=float(right(chances).mean()),
        macro_f1=macro_f1(rate(chances), ratings),
        accuracy_unseen_language=float(right(by_language).mean()),
        accuracy_unseen_genre=float(right(by_genre)[scenes].mean()),
        category_micro_f1=micro_f1(abouts >= category_min, about),
    )
    origin = Origin(
        embedder=embedder,
        phrases_sha256=digest(),
        command=COMMAND,
        category_min=category_min,
    )
    return learned(vectors, ratings, about, origin), figures


def labels(phrases: Sequence[Phrase]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Returns the ratings, and a row of yes or no for the categories of each."""
    ratings = np.array([phrase.sentiment for phrase in phrases], np.int64)
    return ratings, np.array([[name in phrase.categories for name in CATEGORIES] for phrase in phrases], np.bool_)


def learned(vectors: Vectors, ratings: npt.NDArray[np.int64], about: npt.NDArray[np.bool_], origin: Origin) -> Heads:
    """Returns heads learned from these vectors."""
    features = vectors.astype(np.float64)
    rows = [fit_yes_or_no(features, yes, CATEGORY_PENALTY) for yes in about.T]
    return Heads(
        sentiment=fit(features, ratings + 1, 3, SENTIMENT_PENALTY),
        categories=np.array(rows).reshape(len(rows), features.shape[1] + 1),
        origin=origin,
    )


def left_out(
    vectors: Vectors,
    ratings: npt.NDArray[np.int64],
    about: npt.NDArray[np.bool_],
    groups: npt.NDArray[np.generic],
) -> tuple[Numbers, Numbers]:
    """Returns sentiments and categories of each vector by heads learned from all other groups than its own."""
    sentiments, abouts = np.empty((len(vectors), 3)), np.empty(about.shape)
    for group in np.unique(groups):
        out = groups == group
        heads = learned(vectors[~out], ratings[~out], about[~out], NOWHERE)
        sentiments[out], abouts[out] = heads.sentiments(vectors[out]), heads.abouts(vectors[out])
    return sentiments, abouts


def category_threshold(abouts: Numbers, about: npt.NDArray[np.bool_]) -> float:
    """Returns the threshold with the best micro-F1."""
    steps = [round(0.05 * step, 2) for step in range(4, 20)]
    return max(steps, key=lambda step: (micro_f1(abouts >= step, about), -step))


def macro_f1(given: npt.NDArray[np.int64], true: npt.NDArray[np.int64]) -> float:
    """Returns the mean F1 of the three ratings."""
    return float(np.mean([micro_f1(given == rating, true == rating) for rating in (-1, 0, 1)]))


def micro_f1(given: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    """Returns the F1 over all yes-or-no answers together."""
    total = given.sum() + true.sum()
    return float(2 * (given & true).sum() / total) if total else 1.0
