"""(g) Accuracy of sentiment and categories on held-out texts, compared with VADER.

The texts (tests/voice/text/heldout.jsonl) are comments in the style of voice feedback, in ten languages and three
genres. The author of the notes did not see the training phrases; the notes were evaluated with two earlier versions of
the heads and with the present one, and no setting was chosen on them. The author of the first training phrases wrote
the remarks and scenes; they were evaluated several times while settings were chosen on the phrases. Many of them have a
counterpart in other languages, so that the effective number of texts is smaller.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from statsmodels.stats.proportion import proportion_confint
from vader import SentimentIntensityAnalyzer

from bench.performance.figures import quantiles_ms, verdict
from voice.text.heads import CATEGORIES
from voice.text.opinion import EmbeddingClassifier, OpinionClassifier
from voice.text.training.train import macro_f1, micro_f1

FILE = Path(__file__).parents[3] / "tests" / "voice" / "text" / "heldout.jsonl"
OFF_TOPIC_FILE, RATINGS_FILE = (FILE.with_name(f"heldout_{name}.jsonl") for name in ("offtopic", "ratings"))
STRONG, STRONG_OFF_TOPIC_MAX, RATINGS_RIGHT_MIN = 0.4, 0.05, 0.95
"""Absolute sentiment above which it is strong; bounds of the share of strong off-topic texts and of right ratings."""
BASELINE = {"off-topic strong": 0.491, "ratings right": 0.231, "opinions right": 0.694}
"""Figures of version 0.1 with linear heads alone, without off-topic phrases and without stated ratings."""
ACCURACY_MIN = 0.6
LEAD_MIN = 0.2
"""Minimum lead in accuracy over VADER on the same texts."""
VADER_NEUTRAL = 0.05
"""Absolute compound score below which VADER's authors classify a text as neutral."""

Ratings = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its labels."""

    language: str
    genre: str
    sentiment: int
    categories: tuple[str, ...]
    text: str


def heldout() -> list[Text]:
    """Returns the held-out texts."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [
        Text(row["language"], row["genre"], row["sentiment"], tuple(row["categories"]), row["text"]) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Reading:
    """Predictions for the texts, in their order."""

    ratings: Ratings
    categories: npt.NDArray[np.bool_]
    seconds: list[float]


def read(classifier: OpinionClassifier, texts: Sequence[Text]) -> Reading:
    """Classifies the texts one by one."""
    opinions, seconds = [], []
    for each in texts:
        begun = time.perf_counter()
        opinions.append(classifier.classify(each.text, each.language))
        seconds.append(time.perf_counter() - begun)
    return Reading(
        np.array([opinion.rating for opinion in opinions]),
        np.array([[name in opinion.categories for name in CATEGORIES] for opinion in opinions]),
        seconds,
    )


def vader(texts: Sequence[Text]) -> Ratings:
    """Returns VADER's ratings."""
    analyzer = SentimentIntensityAnalyzer()
    compounds = [analyzer.polarity_scores(each.text)["compound"] for each in texts]
    return np.array([int(value >= VADER_NEUTRAL) - int(value <= -VADER_NEUTRAL) for value in compounds])


def strong_off_topic(classifier: OpinionClassifier) -> list[tuple[str, float]]:
    """Returns the held-out off-topic texts that get a strong sentiment, and their share as the last item."""
    rows = [json.loads(line) for line in OFF_TOPIC_FILE.read_text(encoding="utf-8").splitlines()]
    found = [(row["text"], classifier.classify(row["text"], row["language"]).sentiment) for row in rows]
    strong = [(text, value) for text, value in found if abs(value) > STRONG]
    return [*strong, ("share", len(strong) / len(rows))]


def wrong_ratings(classifier: OpinionClassifier) -> list[tuple[str, float]]:
    """Returns the held-out ratings whose sentiment is out of bounds, and the share of right ones as the last item."""
    rows = [json.loads(line) for line in RATINGS_FILE.read_text(encoding="utf-8").splitlines()]
    found = [(row, classifier.classify(row["text"], row["language"]).sentiment) for row in rows]
    wrong = [(row["text"], value) for row, value in found if not row["low"] - 1e-9 <= value <= row["high"] + 1e-9]
    return [*wrong, ("share", 1 - len(wrong) / len(rows))]


def new_sets_kept(classifier: OpinionClassifier) -> bool:
    """Prints the figures of off-topic texts and of ratings. Returns True if both bounds are met."""
    *strong, (_, strong_share) = strong_off_topic(classifier)
    *wrong, (_, right_share) = wrong_ratings(classifier)
    for text, value in (*strong, *wrong):
        print(f"         {value:+.2f} {text}")
    print("         baseline " + ", ".join(f"{name} {value:.1%}" for name, value in BASELINE.items()))
    kept = verdict("strong off-topic", 100 * strong_share, " %", 100 * STRONG_OFF_TOPIC_MAX, at_least=False)
    return verdict("ratings right", 100 * right_share, " %", 100 * RATINGS_RIGHT_MIN, at_least=True) and kept


async def run(_: object) -> bool:
    """Prints accuracies with 95 % Wilson intervals. Returns True if all bounds are met."""
    texts, classifier = heldout(), EmbeddingClassifier()
    print(f"(g) opinions of {len(texts)} texts in {len({each.language for each in texts})} languages")
    classifier.classify("The first text includes loading the model.", "en")
    found, baseline = read(classifier, texts), vader(texts)
    true = np.array([each.sentiment for each in texts])
    about = np.array([[name in each.categories for name in CATEGORIES] for each in texts])
    told("all", found.ratings, baseline, true)
    genres, languages = np.array([each.genre for each in texts]), np.array([each.language for each in texts])
    for genre in ("note", "remark", "scene"):
        of = genres == genre
        told(genre, found.ratings[of], baseline[of], true[of])
    for language in sorted(set(languages)):
        of = languages == language
        told(language, found.ratings[of], baseline[of], true[of])
    for name, rating in (("negative", -1), ("neutral", 0), ("positive", 1)):
        given, of = found.ratings == rating, true == rating
        print(f"         {name:<8} precision {share(of, given):.1%}  recall {share(given, of):.1%}")
    print(f"         categories micro-F1 {micro_f1(found.categories, about):.3f}")
    for place, name in enumerate(CATEGORIES):
        given, of = found.categories[:, place], about[:, place]
        print(f"           {name:<12} F1 {micro_f1(given, of):.3f}  ({of.sum()} texts, {given.sum()} found)")
    p50, p99 = quantiles_ms(found.seconds)
    print(f"         p50 {p50:.1f} ms, p99 {p99:.1f} ms per text, one thread")
    accuracy, usual = float((found.ratings == true).mean()), float((baseline == true).mean())
    kept = verdict("accuracy of ratings", 100 * accuracy, " %", 100 * ACCURACY_MIN, at_least=True)
    kept &= verdict("lead over VADER", 100 * (accuracy - usual), " points", 100 * LEAD_MIN, at_least=True)
    return new_sets_kept(classifier) and kept


def told(name: str, found: Ratings, baseline: Ratings, true: Ratings) -> None:
    """Prints one line of comparison."""
    ours, usual = (f"{interval(given, true)} macro-F1 {macro_f1(given, true):.3f}" for given in (found, baseline))
    print(f"         {name:<6} {ours}   VADER {usual}")


def interval(given: Ratings, true: Ratings) -> str:
    """Returns an accuracy with its 95 % interval as text."""
    right = int((given == true).sum())
    low, high = proportion_confint(right, len(true), method="wilson")
    return f"{right / len(true):.1%} [{low:.1%}, {high:.1%}]"


def share(part: npt.NDArray[np.bool_], whole: npt.NDArray[np.bool_]) -> float:
    """Returns the share of `whole` that is also in `part`."""
    return float((part & whole).sum() / max(whole.sum(), 1))
