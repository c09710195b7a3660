"""Simulated feedback and signals for an answer of a given quality.

Three of ten users give a thumb, and one thumb in ten is reversed by mistake. Every user sends one or two signals,
which are positive with a probability equal to the quality.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

THUMB_SHARE = 0.3
REVERSED_SHARE = 0.1
POSITIVE_SIGNALS = ("copy_response", "continue_conversation", "share_response", "scroll_to_end", "export_response")
NEGATIVE_SIGNALS = (
    "regenerate",
    "abandon_conversation",
    "manual_model_switch",
    "scroll_bounce",
    "abandon_mid_response",
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """Feedback and signals of one user for one answer."""

    rating: str | None
    """`positive` or `negative`; None without a thumb."""
    category: str | None
    signals: tuple[str, ...]


def react(quality: float, chance: random.Random) -> Reaction:
    """Draws a reaction; `quality` in [0, 1] is the probability of a positive one."""
    rating = category = None
    if chance.random() < THUMB_SHARE:
        up = (chance.random() < quality) != (chance.random() < REVERSED_SHARE)
        rating = "positive" if up else "negative"
        category = chance.choice(("accuracy", "relevance", None))
    kinds = POSITIVE_SIGNALS if chance.random() < quality else NEGATIVE_SIGNALS
    return Reaction(rating, category, tuple(chance.sample(kinds, chance.choice((1, 1, 2)))))
