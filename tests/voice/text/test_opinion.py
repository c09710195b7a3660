"""Opinions of texts: clear, absent and mixed ones, and long texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from voice.text.embeddings import Vectors
from voice.text.heads import Heads, Numbers, Origin, load_heads
from voice.text.kernel import softmax
from voice.text.opinion import NO_OPINION, EmbeddingClassifier

ORIGIN = Origin(
    embedder="keywords",
    phrases_sha256="",
    command="",
    category_min=0.5,
)


@dataclass
class LinearHead:
    """Softmax regression without intercepts."""

    weights: Numbers

    def probabilities(self, vectors: Vectors) -> Numbers:
        """Returns the probabilities of negative, neutral and positive."""
        return softmax(vectors, np.hstack([self.weights, np.zeros((3, 1))]))


HEADS = Heads(
    sentiment=LinearHead(9.0 * np.eye(3)),
    categories=np.vstack([[0, 0, 9.0, -4.5], [9.0, 0, 0, -4.5], np.tile([0, 0, 0, -9.0], (7, 1))]),
    origin=ORIGIN,
)


class KeywordEmbedder:
    """Returns vectors that show whether a text contains "bad", "good" or neither."""

    name = "keywords"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts = list(texts)
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
def test_classify_clear_opinion_returns_its_sentiment_and_rating(
    classifier: EmbeddingClassifier, text: str, language: str, low: float, high: float
) -> None:
    opinion = classifier.classify(text, language)
    assert low <= opinion.sentiment <= high
    assert opinion.rating == (low >= 0.3) - (high <= -0.3)
    assert 0.4 < opinion.confidence <= 1


def test_classify_opinion_returns_its_category(classifier: EmbeddingClassifier) -> None:
    assert "speed" in classifier.classify("Terribly slow, I had to wait forever.", "en").categories
    assert "accuracy" in classifier.classify("The facts in this answer are false.", "en").categories


@pytest.mark.parametrize("text", ["The museum is next to the station.", "How many people live in Peru?"])
def test_classify_text_without_opinion_is_neutral_without_categories(
    classifier: EmbeddingClassifier, text: str
) -> None:
    opinion = classifier.classify(text, "en")
    assert (opinion.rating, opinion.categories) == (0, ())


@pytest.mark.parametrize("text", ["", "  ", "123", "?!", "😂"])
def test_classify_text_without_letters_or_rating_returns_no_opinion(text: str) -> None:
    assert EmbeddingClassifier(KeywordEmbedder(), HEADS).classify(text, "") == NO_OPINION


@pytest.mark.parametrize(("text", "sentiment", "rating"), [("👍" * 3, 0.9, 1), ("2/10", -0.6, -1), ("★★★☆☆", 0, 0)])
def test_classify_text_without_letters_returns_stated_rating(text: str, sentiment: float, rating: int) -> None:
    opinion = EmbeddingClassifier(KeywordEmbedder(), HEADS).classify(text, "")
    assert opinion.sentiment == pytest.approx(sentiment)
    assert opinion.rating == rating


def test_classify_text_with_stated_rating_returns_it_with_categories_of_words() -> None:
    opinion = EmbeddingClassifier(KeywordEmbedder(), HEADS).classify("a bad answer: 9 out of 10", "en")
    assert opinion.sentiment == pytest.approx(0.8)
    assert (opinion.rating, opinion.categories) == (1, ("relevance",))


def test_classify_text_with_emoji_combines_both() -> None:
    classifier = EmbeddingClassifier(KeywordEmbedder(), HEADS)
    assert classifier.classify("the answer 👎").rating == -1
    assert classifier.classify("good answer 👎").rating == 0


def test_classify_famous_speech_is_not_strong(classifier: EmbeddingClassifier) -> None:
    speech = (
        "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
    )
    assert abs(classifier.classify(speech, "en").sentiment) <= 0.4


def test_classify_mixed_text_is_neutral_in_any_order() -> None:
    classifier = EmbeddingClassifier(KeywordEmbedder(), HEADS)
    filler = " ".join(["it was like this and then that."] * 20)
    for first, second in (("good one.", "bad one."), ("bad one.", "good one.")):
        assert classifier.classify(f"{first} {filler} {second}").rating == 0
    assert classifier.classify(f"{filler} bad one.").rating == -1
    assert classifier.classify(f"{filler} good one.").rating == 1


def test_classify_long_text_returns_categories_of_all_opinions() -> None:
    filler = " ".join(["it was like this and then that."] * 20)
    opinion = EmbeddingClassifier(KeywordEmbedder(), HEADS).classify(f"{filler} bad one. {filler} good one.")
    assert set(opinion.categories) == {"accuracy", "relevance"}


def test_classify_very_long_text_embeds_limited_number_of_passages() -> None:
    embedder = KeywordEmbedder()
    EmbeddingClassifier(embedder, HEADS).classify("word. " * 100_000)
    assert len(embedder.texts) <= 16
    EmbeddingClassifier(embedder, HEADS).classify("字" * 100_000)
    assert len(embedder.texts) <= 17


def test_classifier_with_heads_of_another_embedder_raises() -> None:
    other = replace(load_heads(), origin=replace(load_heads().origin, embedder="another"))
    with pytest.raises(ValueError, match="the heads were trained on vectors of another"):
        EmbeddingClassifier(KeywordEmbedder(), other)
