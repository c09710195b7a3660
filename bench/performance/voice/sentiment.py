"""(g) How well opinions are read from texts that had no part in the learning, against VADER on the same texts.

The texts (tests/voice/text/heldout.jsonl) are comments as people leave them by voice, in ten languages, of three
genres. Notes were written by an author who saw no phrase that taught the heads; they were read by two earlier states of
the heads and by the present one, and no setting was chosen by them. Remarks and scenes are by the author of the first
phrases and were read several times while settings were being chosen on the phrases; many have a counterpart in other
languages, so that they are fewer than they seem.
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
ACCURACY_MIN = 0.6
LEAD_MIN = 0.2
"""Of the accuracy over VADER's on the same texts."""
VADER_NEUTRAL = 0.05
"""Its authors call a text neutral whose compound score lies within this."""

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
    """Returns the texts."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [
        Text(row["language"], row["genre"], row["sentiment"], tuple(row["categories"]), row["text"]) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from the texts, in their order."""

    ratings: Ratings
    categories: npt.NDArray[np.bool_]
    seconds: list[float]


def read(reader: OpinionClassifier, texts: Sequence[Text]) -> Reading:
    """Reads texts one by one, as they come in."""
    opinions, seconds = [], []
    for each in texts:
        begun = time.perf_counter()
        opinions.append(reader.classify(each.text, each.language))
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


async def run(_: object) -> bool:
    """Prints the figures, each accuracy with its 95 % Wilson interval, and returns whether bounds are kept."""
    texts, reader = heldout(), EmbeddingClassifier()
    print(f"(g) opinions of {len(texts)} texts in {len({each.language for each in texts})} languages")
    reader.classify("the first text waits for the model", "en")
    found, baseline = read(reader, texts), vader(texts)
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
    print(f"         p50 {p50:.1f} ms, p99 {p99:.1f} ms a text, one thread")
    accuracy, usual = float((found.ratings == true).mean()), float((baseline == true).mean())
    kept = verdict("accuracy of ratings", 100 * accuracy, " %", 100 * ACCURACY_MIN, at_least=True)
    return verdict("lead over VADER", 100 * (accuracy - usual), " points", 100 * LEAD_MIN, at_least=True) and kept


def told(name: str, found: Ratings, baseline: Ratings, true: Ratings) -> None:
    """Prints one line of comparison."""
    ours, usual = (f"{interval(given, true)} macro-F1 {macro_f1(given, true):.3f}" for given in (found, baseline))
    print(f"         {name:<6} {ours}   VADER {usual}")


def interval(given: Ratings, true: Ratings) -> str:
    """Returns an accuracy with its interval in words."""
    right = int((given == true).sum())
    low, high = proportion_confint(right, len(true), method="wilson")
    return f"{right / len(true):.1%} [{low:.1%}, {high:.1%}]"


def share(part: npt.NDArray[np.bool_], whole: npt.NDArray[np.bool_]) -> float:
    """Returns how much of the whole lies in the part."""
    return float((part & whole).sum() / max(whole.sum(), 1))
