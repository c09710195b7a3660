"""One embedder for all tests of the room: its weights are loaded once."""

import pytest

from voice.text.embeddings import NanoEmbedder
from voice.text.opinion import EmbeddingReader


@pytest.fixture(scope="session")
def embedder() -> NanoEmbedder:
    return NanoEmbedder()


@pytest.fixture(scope="session")
def reader(embedder: NanoEmbedder) -> EmbeddingReader:
    return EmbeddingReader(embedder)
