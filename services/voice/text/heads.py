"""Classification heads on text embeddings: sentiment and categories. Their weights are in heads.npz."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Vectors
from voice.text.kernel import KernelHead, restored, stored

Numbers = npt.NDArray[np.float64]

MARGIN_MIN = 0.1
"""Smallest difference between the probabilities of positive and negative for a rating other than 0."""
FILE = Path(__file__).with_name("heads.npz")
CATEGORIES = (
    "accuracy",
    "relevance",
    "tone",
    "format",
    "speed",
    "safety",
    "creativity",
    "completeness",
    "other",
)
"""Names of the categories of the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Provenance of heads, and their threshold."""

    embedder: str
    """Name of the embedder of the training vectors."""
    phrases_sha256: str
    """Digest of the training phrases."""
    command: str
    """Command that created the file."""
    category_min: float
    """Smallest probability of a category that is assigned."""


class SentimentHead(Protocol):
    """Classifies the sentiment towards an answer."""

    def probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probabilities of negative, neutral and positive, shape (vectors, 3)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The heads and their provenance."""

    sentiment: SentimentHead
    categories: Numbers
    """Logistic regression for each category, in the order of CATEGORIES: one row per category, one column per dimension
    of the vector, and the intercept in the last column."""
    origin: Origin

    def sentiment_probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probabilities of negative, neutral and positive, shape (vectors, 3)."""
        return self.sentiment.probabilities(vectors)

    def category_probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probability of each category, shape (vectors, categories)."""
        return category_probabilities(self.categories, vectors)


def category_probabilities(weights: Numbers, vectors: Vectors) -> Numbers:
    """Returns the probability of each category, shape (vectors, categories), for the weights of `Heads.categories`."""
    scores = vectors @ weights[:, :-1].T + weights[:, -1]
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50))), np.float64)


def ratings_of(probabilities: Numbers) -> npt.NDArray[np.int64]:
    """Returns the likeliest of -1, 0 and 1 for each row of probabilities of negative, neutral and positive.

    A mixed opinion, with similar probabilities of negative and positive, is rated 0.
    """
    margin = probabilities[..., 2] - probabilities[..., 0]
    is_decided = (np.argmax(probabilities, axis=-1) != 1) & (np.abs(margin) >= MARGIN_MIN)
    return np.asarray(np.where(is_decided, np.sign(margin), 0), np.int64)


def save_heads(heads: Heads, file: Path = FILE) -> None:
    """Writes heads to a file. The same heads give the same bytes. Raises TypeError for another head than KernelHead."""
    kernel = heads.sentiment
    if not isinstance(kernel, KernelHead):
        raise TypeError(f"a {type(kernel).__name__} cannot be saved")
    np.savez_compressed(
        file,
        mean=kernel.mean.astype(np.float32),
        spread=kernel.spread.astype(np.float32),
        points=stored(kernel.points),
        weights=kernel.weights.astype(np.float16),
        width=np.array(kernel.width),
        calibration=kernel.calibration,
        linear=kernel.linear.astype(np.float32),
        categories=heads.categories.astype(np.float32),
        origin=np.array(json.dumps(asdict(heads.origin), sort_keys=True)),
    )


def load_heads(file: Path = FILE) -> Heads:
    """Returns the heads of a file."""
    with np.load(file, allow_pickle=False) as arrays:
        kernel = KernelHead(
            mean=arrays["mean"].astype(np.float64),
            spread=arrays["spread"].astype(np.float64),
            points=restored(arrays["points"]),
            weights=arrays["weights"].astype(np.float64),
            width=float(arrays["width"]),
            calibration=arrays["calibration"],
            linear=arrays["linear"].astype(np.float64),
        )
        categories, origin = arrays["categories"].astype(np.float64), Origin(**json.loads(str(arrays["origin"])))
        return Heads(sentiment=kernel, categories=categories, origin=origin)
