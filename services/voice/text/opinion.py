"""What a text thinks of an answer: sentiment, rating and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voice.text import heads as stored
from voice.text.embeddings import Embedder, NanoEmbedder
from voice.text.heads import CATEGORIES, Heads, Numbers, rate
from voice.text.sentences import passages

PASSAGES_MAX = 16
PASSAGE_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 5000
"""The rest of a longer text is not read."""
CATEGORIES_MAX = 3
WEIGHT_MIN = 0.05
"""Of a passage without any opinion, against 1 of one that is all opinion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a text thinks of an answer."""

    sentiment: float
    """In [-1, 1]: the expected value of negative, neutral and positive."""
    rating: int
    """The likeliest of -1, 0 and 1; 0 for mixed opinions and none."""
    categories: tuple[str, ...]
    """What the opinion is about, the likeliest first; empty for general opinions and for none."""
    confidence: float
    """In [0, 1]: how sure the heads were of each passage's sentiment, on average."""


NONE = Opinion(sentiment=0.0, rating=0, categories=(), confidence=1.0)
"""Of a text in which nothing is said."""


class OpinionReader(Protocol):
    """Reads opinions from texts."""

    def read(self, text: str, language: str) -> Opinion:
        """Returns the opinion of a text in that language (ISO 639-1, empty when unknown).

        A text without an opinion is neutral and about nothing. May be called from several threads.
        """
        ...


class EmbeddingReader:
    """Reads opinions in any language by linear heads on the vectors of a multilingual embedder."""

    def __init__(self, embedder: Embedder | None = None, heads: Heads | None = None) -> None:
        """Takes the embedder and heads that were learned on its vectors; raises ValueError when they do not fit."""
        self._embedder = embedder or NanoEmbedder()
        self._heads = heads or stored.load()
        if self._embedder.name != self._heads.origin.embedder:
            raise ValueError(f"heads of {self._heads.origin.embedder} cannot read vectors of {self._embedder.name}")

    def read(self, text: str, language: str = "") -> Opinion:
        """Returns the opinion; the language is not needed, since one head reads all. Raises PackageMissing."""
        text = text[:TEXT_CHARACTERS_MAX].strip()
        if not any(character.isalpha() for character in text):
            return NONE
        parts = passages(text, PASSAGES_MAX, PASSAGE_CHARACTERS_MAX)
        # Sentences of a short text lean on one another; a long one's beginning does not speak for it all.
        if len(parts) > 1 and len(text) <= PASSAGE_CHARACTERS_MAX:
            parts.append(text)
        vectors = self._embedder.embed(parts)
        return self._weighed(self._heads.sentiments(vectors), self._heads.abouts(vectors))

    def _weighed(self, sentiments: Numbers, abouts: Numbers) -> Opinion:
        """Averages over passages, each by how much of an opinion it holds."""
        weights = WEIGHT_MIN + (1 - WEIGHT_MIN) * (1 - sentiments[:, 1])
        chances = weights @ sentiments / weights.sum()
        sentiment = float(chances[2] - chances[0])
        about = (abouts * weights[:, None]).max(axis=0) / weights.max()
        likeliest = [place for place in np.argsort(-about) if about[place] >= self._heads.origin.category_min]
        return Opinion(
            sentiment=sentiment,
            rating=int(rate(chances)),
            categories=tuple(CATEGORIES[place] for place in likeliest[:CATEGORIES_MAX]),
            confidence=float(weights @ sentiments.max(axis=1) / weights.sum()),
        )
