"""Embeddings: similarity of meaning, independence of other texts, and limits."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from voice.text.embeddings import CHARACTERS_MAX, NanoEmbedder

TEXTS = ["The train is late.", "El tren llega tarde.", "Ich backe einen Kuchen.", "电车晚点了。"]


def test_embed_texts_of_one_meaning_in_several_languages_returns_similar_vectors(embedder: NanoEmbedder) -> None:
    late, tarde, cake, late_chinese = embedder.embed(TEXTS)
    assert late.shape == (384,)
    assert late.dtype == np.float32
    assert min(late @ tarde, late @ late_chinese) > late @ cake


def test_embed_text_in_batch_or_alone_returns_same_vector(embedder: NanoEmbedder) -> None:
    together = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as threads:
        alone = [found[0] for found in threads.map(lambda text: embedder.embed([text]), TEXTS * 4)]
    assert np.array_equal(np.array(alone), np.vstack([together] * 4))


def test_embed_long_text_uses_its_first_characters(embedder: NanoEmbedder) -> None:
    long = "word " * CHARACTERS_MAX
    assert np.array_equal(embedder.embed([long]), embedder.embed([long + "another"]))


def test_embed_empty_texts_and_nul_characters_returns_finite_vectors(embedder: NanoEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert np.isfinite(embedder.embed(["", "\0", "a\0b"])).all()
