"""How simulated people react to an answer of a given quality.

Three in ten give a thumb, and one thumb in ten is a slip. Everybody does something with the answer: what they
do leans on its quality, as copying and regenerating do in real products.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

THUMB_SHARE = 0.3
SLIP_SHARE = 0.1
PLEASED = ("copy_response", "continue_conversation", "share_response", "scroll_to_end", "export_response")
ANNOYED = (
    "regenerate",
    "abandon_conversation",
    "manual_model_switch",
    "scroll_bounce",
    "abandon_mid_response",
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one person did with one answer."""

    rating: str | None
    """positive or negative; None without a thumb."""
    category: str | None
    signals: tuple[str, ...]


def react(quality: float, chance: random.Random) -> Reaction:
    """Draws a reaction; the better the answer, the likelier a pleased one."""
    rating = category = None
    if chance.random() < THUMB_SHARE:
        up = (chance.random() < quality) != (chance.random() < SLIP_SHARE)
        rating = "positive" if up else "negative"
        category = chance.choice(("accuracy", "relevance", None))
    kinds = PLEASED if chance.random() < quality else ANNOYED
    return Reaction(rating, category, tuple(chance.sample(kinds, chance.choice((1, 1, 2)))))
