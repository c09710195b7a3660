"""Classifies the opinion in a text about an answer: sentiment, rating and categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voice.text.embeddings import Embedder, NanoEmbedder
from voice.text.heads import CATEGORIES, Heads, Numbers, load_heads, ratings_of
from voice.text.ratings.emoji import emoji_sentiment
from voice.text.ratings.statement import stated_rating
from voice.text.sentences import passages

PASSAGES_MAX = 16
PASSAGE_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 5000
"""Length of a text that is classified."""
CATEGORIES_MAX = 3
WEIGHT_MIN = 0.05
"""Weight of a passage with a neutral probability of 1; the weight of one with 0 is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """Opinion of a text about an answer."""

    sentiment: float
    """Value of the rating in numbers or stars that the text states, or else the expected value; in [-1, 1]."""
    rating: int
    """The likeliest of -1, 0 and 1; 0 also for mixed opinions."""
    categories: tuple[str, ...]
    """Names of categories, the likeliest first; empty for a general opinion and without an opinion."""
    confidence: float
    """Weighted mean of the highest sentiment probability of each passage, in [0, 1]."""


NO_OPINION = Opinion(sentiment=0.0, rating=0, categories=(), confidence=1.0)
"""Opinion of a text without letters, stated rating and emoji."""
STATED_NEUTRAL_MAX = 0.25
"""Absolute value of a stated rating up to which it is neutral: 4 to 6 of 10, and 3 of 5 stars."""


class OpinionClassifier(Protocol):
    """Classifies opinions."""

    def classify(self, text: str, language: str) -> Opinion:
        """Returns the opinion of a text in a language (ISO 639-1, empty if unknown).

        A text without an opinion is neutral and has no categories. Thread-safe.
        """
        ...


class EmbeddingClassifier:
    """Classifies opinions in any language with linear heads on multilingual embeddings."""

    def __init__(self, embedder: Embedder | None = None, heads: Heads | None = None) -> None:
        """Takes an embedder and heads trained on its vectors. Raises ValueError for heads of another embedder."""
        self._embedder = embedder or NanoEmbedder()
        self._heads = heads or load_heads()
        if self._embedder.name != self._heads.origin.embedder:
            trained = self._heads.origin.embedder
            raise ValueError(f"the heads were trained on vectors of {trained}, not of {self._embedder.name}")

    def classify(self, text: str, language: str = "") -> Opinion:
        """Returns the opinion. The heads are the same for all languages. Raises PackageMissing."""
        text = text[:TEXT_CHARACTERS_MAX].strip()
        stated, emoji = stated_rating(text), emoji_sentiment(text)
        if any(character.isalpha() for character in text):
            opinion = self._of_words(text, emoji)
        else:
            opinion = NO_OPINION if emoji is None else _stated(emoji, NO_OPINION)
        return opinion if stated is None else _stated(stated, opinion)

    def _of_words(self, text: str, emoji: float | None) -> Opinion:
        """Returns the opinion of the words and emoji of a text."""
        parts = passages(text, PASSAGES_MAX, PASSAGE_CHARACTERS_MAX)
        # Sentences of a short text depend on one another, so the whole text is a passage as well.
        if len(parts) > 1 and len(text) <= PASSAGE_CHARACTERS_MAX:
            parts.append(text)
        vectors = self._embedder.embed(parts)
        sentiments, categories = (
            self._heads.sentiment_probabilities(vectors),
            self._heads.category_probabilities(vectors),
        )
        if emoji is not None:  # a further passage without categories
            sentiments = np.vstack([sentiments, [max(0.0, -emoji), 1 - abs(emoji), max(0.0, emoji)]])
            categories = np.vstack([categories, np.zeros(categories.shape[1])])
        return self._combined(sentiments, categories)

    def _combined(self, sentiments: Numbers, categories: Numbers) -> Opinion:
        """Returns the mean over passages, weighted by the probability that a passage is not neutral."""
        weights = WEIGHT_MIN + (1 - WEIGHT_MIN) * (1 - sentiments[:, 1])
        probabilities = weights @ sentiments / weights.sum()
        sentiment = float(probabilities[2] - probabilities[0])
        combined = (categories * weights[:, None]).max(axis=0) / weights.max()
        likeliest = [index for index in np.argsort(-combined) if combined[index] >= self._heads.origin.category_min]
        return Opinion(
            sentiment=sentiment,
            rating=int(ratings_of(probabilities)),
            categories=tuple(CATEGORIES[index] for index in likeliest[:CATEGORIES_MAX]),
            confidence=float(weights @ sentiments.max(axis=1) / weights.sum()),
        )


def _stated(value: float, of_words: Opinion) -> Opinion:
    """Returns the opinion with the value of a stated rating and the categories of the words."""
    rating = int(value > STATED_NEUTRAL_MAX) - int(value < -STATED_NEUTRAL_MAX)
    return Opinion(sentiment=value, rating=rating, categories=of_words.categories, confidence=1.0)
