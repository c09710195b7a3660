"""What was learned of opinions: linear heads on a text's vector, kept in a small file beside the code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.text.embeddings import Vectors

Numbers = npt.NDArray[np.float64]

LEAN_MIN = 0.1
"""Least difference of the probabilities of positive and negative that decides a rating."""
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
"""What an opinion may be about, by the names of the API's categories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where heads come from, and what they were tuned to."""

    embedder: str
    """Name of the embedder whose vectors they read."""
    phrases_sha256: str
    """Digest of the phrases that they learned from."""
    command: str
    """What made the file."""
    category_min: float
    """A text is about a category from this probability on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Weights of the heads: a row of each array is a class, columns are the vector's numbers and a constant last."""

    sentiment: Numbers
    """Negative, neutral, positive: their exponentials are in proportion to the probabilities."""
    categories: Numbers
    """One yes-or-no head a category, in the order of CATEGORIES."""
    origin: Origin

    def sentiments(self, vectors: Vectors) -> Numbers:
        """Returns the probabilities of negative, neutral and positive, one row a vector."""
        scores = vectors @ self.sentiment[:, :-1].T + self.sentiment[:, -1]
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)

    def abouts(self, vectors: Vectors) -> Numbers:
        """Returns each category's probability, one row a vector."""
        scores = vectors @ self.categories[:, :-1].T + self.categories[:, -1]
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50))), np.float64)


def rate(chances: Numbers) -> npt.NDArray[np.int64]:
    """Returns the likeliest of -1, 0 and 1 for each row of probabilities of negative, neutral and positive.

    Where negative and positive are about as likely, opinions are mixed: 0.
    """
    lean = chances[..., 2] - chances[..., 0]
    decided = (np.argmax(chances, axis=-1) != 1) & (np.abs(lean) >= LEAN_MIN)
    return np.asarray(np.where(decided, np.sign(lean), 0), np.int64)


def save(heads: Heads, file: Path = FILE) -> None:
    """Writes heads; the same heads give the same bytes."""
    np.savez(
        file,
        sentiment=heads.sentiment.astype(np.float32),
        categories=heads.categories.astype(np.float32),
        origin=np.array(json.dumps(asdict(heads.origin), sort_keys=True)),
    )


def load(file: Path = FILE) -> Heads:
    """Reads heads."""
    with np.load(file, allow_pickle=False) as stored:
        return Heads(
            sentiment=stored["sentiment"].astype(np.float64),
            categories=stored["categories"].astype(np.float64),
            origin=Origin(**json.loads(str(stored["origin"]))),
        )
