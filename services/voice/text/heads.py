"""Linear classification heads on text embeddings: sentiment and categories. Their weights are in heads.npz."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Vectors

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Weights: one row per class, one column per dimension of the vector, and the intercept in the last column."""

    sentiment: Numbers
    """Softmax regression with the classes negative, neutral, positive."""
    categories: Numbers
    """Logistic regression for each category, in the order of CATEGORIES."""
    origin: Origin

    def sentiment_probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probabilities of negative, neutral and positive, shape (vectors, 3)."""
        scores = vectors @ self.sentiment[:, :-1].T + self.sentiment[:, -1]
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)

    def category_probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probability of each category, shape (vectors, categories)."""
        scores = vectors @ self.categories[:, :-1].T + self.categories[:, -1]
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50))), np.float64)


def ratings_of(probabilities: Numbers) -> npt.NDArray[np.int64]:
    """Returns the likeliest of -1, 0 and 1 for each row of probabilities of negative, neutral and positive.

    A mixed opinion, with similar probabilities of negative and positive, is rated 0.
    """
    margin = probabilities[..., 2] - probabilities[..., 0]
    is_decided = (np.argmax(probabilities, axis=-1) != 1) & (np.abs(margin) >= MARGIN_MIN)
    return np.asarray(np.where(is_decided, np.sign(margin), 0), np.int64)


def save_heads(heads: Heads, file: Path = FILE) -> None:
    """Writes heads to a file. The same heads give the same bytes."""
    np.savez(
        file,
        sentiment=heads.sentiment.astype(np.float32),
        categories=heads.categories.astype(np.float32),
        origin=np.array(json.dumps(asdict(heads.origin), sort_keys=True)),
    )


def load_heads(file: Path = FILE) -> Heads:
    """Returns the heads of a file."""
    with np.load(file, allow_pickle=False) as stored:
        return Heads(
            sentiment=stored["sentiment"].astype(np.float64),
            categories=stored["categories"].astype(np.float64),
            origin=Origin(**json.loads(str(stored["origin"]))),
        )
