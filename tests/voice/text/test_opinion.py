"""Opinions of texts: the plain ones, none, mixed ones and long ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from voice.text.embeddings import Vectors
from voice.text.heads import Heads, Origin, load
from voice.text.opinion import NONE, EmbeddingReader

ORIGIN = Origin(
    embedder="letters",
    phrases_sha256="",
    command="",
    category_min=0.5,
)
HEADS = Heads(
    sentiment=np.array([[9.0, 0, 0, 0], [0, 9.0, 0, 0], [0, 0, 9.0, 0]]),
    categories=np.vstack([[0, 0, 9.0, -4.5], [9.0, 0, 0, -4.5], np.tile([0, 0, 0, -9.0], (7, 1))]),
    origin=ORIGIN,
)


class Letters:
    """Vectors that tell whether a text holds "bad", "good" or neither."""

    name = "letters"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.seen = list(texts)
        rows = [["bad" in each, "bad" not in each and "good" not in each, "good" in each] for each in texts]
        return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [
        ("Thank you, this is great.", "en", 0.3, 1),
        ("This answer is wrong and useless.", "en", -1, -0.3),
        ("Danke, das war sehr hilfreich.", "de", 0.3, 1),
        ("C'est nul, rien n'est juste.", "fr", -1, -0.3),
        ("谢谢，非常好用。", "zh", 0.3, 1),
        ("Please open the window.", "en", -0.3, 0.3),
        ("Wo ist der nächste Bahnhof?", "de", -0.3, 0.3),
    ],
)
def test_plain_opinions_are_read(reader: EmbeddingReader, text: str, language: str, low: float, high: float) -> None:
    opinion = reader.read(text, language)
    assert low <= opinion.sentiment <= high
    assert opinion.rating == (low >= 0.3) - (high <= -0.3)
    assert 0.4 < opinion.confidence <= 1


def test_what_an_opinion_is_about_is_read(reader: EmbeddingReader) -> None:
    assert "speed" in reader.read("Terribly slow, I had to wait forever.", "en").categories
    assert "accuracy" in reader.read("The facts in this answer are false.", "en").categories


@pytest.mark.parametrize("text", ["The museum is next to the station.", "How many people live in Peru?"])
def test_a_text_without_an_opinion_is_neutral_and_about_nothing(reader: EmbeddingReader, text: str) -> None:
    opinion = reader.read(text, "en")
    assert (opinion.rating, opinion.categories) == (0, ())


@pytest.mark.parametrize("text", ["", "  ", "123", "?!", "👍" * 3])
def test_a_text_without_letters_says_nothing(text: str) -> None:
    assert EmbeddingReader(Letters(), HEADS).read(text, "") == NONE


def test_a_mixed_text_is_not_decided_by_its_first_sentence() -> None:
    reader = EmbeddingReader(Letters(), HEADS)
    filler = " ".join(["it was like this and then that."] * 20)
    for first, second in (("good one.", "bad one."), ("bad one.", "good one.")):
        assert reader.read(f"{first} {filler} {second}").rating == 0
    assert reader.read(f"{filler} bad one.").rating == -1
    assert reader.read(f"{filler} good one.").rating == 1


def test_a_long_text_is_about_what_its_opinions_are_about() -> None:
    filler = " ".join(["it was like this and then that."] * 20)
    opinion = EmbeddingReader(Letters(), HEADS).read(f"{filler} bad one. {filler} good one.")
    assert set(opinion.categories) == {"accuracy", "relevance"}


def test_the_work_on_a_text_is_bounded() -> None:
    letters = Letters()
    EmbeddingReader(letters, HEADS).read("word. " * 100_000)
    assert len(letters.seen) <= 16
    EmbeddingReader(letters, HEADS).read("字" * 100_000)
    assert len(letters.seen) <= 17


def test_heads_read_only_the_vectors_they_were_learned_on() -> None:
    other = replace(load(), origin=replace(load().origin, embedder="another"))
    with pytest.raises(ValueError, match="cannot read vectors"):
        EmbeddingReader(Letters(), other)
