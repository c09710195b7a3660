"""Vectors: close when texts mean the same, the same whoever else asks."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from voice.text.embeddings import CHARACTERS_MAX, NanoEmbedder

TEXTS = ["The train is late.", "El tren llega tarde.", "Ich backe einen Kuchen.", "电车晚点了。"]


def test_texts_of_one_meaning_are_close_in_any_language(embedder: NanoEmbedder) -> None:
    late, tarde, cake, late_chinese = embedder.embed(TEXTS)
    assert late.shape == (384,)
    assert late.dtype == np.float32
    assert min(late @ tarde, late @ late_chinese) > late @ cake


def test_a_vector_depends_on_its_text_alone(embedder: NanoEmbedder) -> None:
    together = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as threads:
        alone = [found[0] for found in threads.map(lambda text: embedder.embed([text]), TEXTS * 4)]
    assert np.array_equal(np.array(alone), np.vstack([together] * 4))


def test_only_the_beginning_of_a_long_text_is_read(embedder: NanoEmbedder) -> None:
    long = "word " * CHARACTERS_MAX
    assert np.array_equal(embedder.embed([long]), embedder.embed([long + "another"]))


def test_odd_texts_have_vectors(embedder: NanoEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert np.isfinite(embedder.embed(["", "\0", "a\0b"])).all()
