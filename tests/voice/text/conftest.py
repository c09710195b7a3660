"""Fixtures of text analysis: one embedder for all tests, since its weights take time to load."""

import pytest

from voice.text.embeddings import NanoEmbedder
from voice.text.opinion import EmbeddingClassifier


@pytest.fixture(scope="session")
def embedder() -> NanoEmbedder:
    return NanoEmbedder()


@pytest.fixture(scope="session")
def classifier(embedder: NanoEmbedder) -> EmbeddingClassifier:
    return EmbeddingClassifier(embedder)
