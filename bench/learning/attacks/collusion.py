"""Colluding raters: they promote a model of median quality or demote the best model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.learning.tables import Indices, Numbers
from ingest.domain.model import SENTIMENTS

POSITIVE, NEGATIVE = SENTIMENTS["copy_response"], SENTIMENTS["regenerate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Plan of the colluding raters."""

    share: float
    """Share of colluding users among all users, drawn at random."""
    volume: float = 1.0
    """Factor on the number of requests of colluding users."""
    honest: float = 0.0
    """Share of honest reactions, as camouflage."""
    promote: bool = True
    """True: rate the median model up and all others down. False: rate the best model down and all others up."""

    def __str__(self) -> str:
        """Returns the name of the plan in tables."""
        how = f"{self.honest:.0%} honest" if self.honest else "blatant"
        return f"{'promote' if self.promote else 'demote '} {self.share:.0%} x{self.volume:g} {how}"

    def target(self, quality: Numbers) -> int:
        """Returns the model that the plan targets, chosen by the mean quality of each model."""
        ranked = np.argsort(-quality)
        return int(ranked[len(ranked) // 2] if self.promote else ranked[0])


@dataclass(frozen=True, slots=True)
class Attack:
    """Plans of all rows. Arrays are by row. A row without collusion has no members."""

    member: Indices
    """By row and user: 1 for colluding users."""
    target: Indices
    promote: Indices
    """1 if the target is rated up, 0 if it is rated down."""
    honest: Numbers
    """Share of honest reactions of colluding users."""
    camouflage: Numbers
    """Uniform, by row and event; the reaction is honest if the value is below the share."""

    def replace_reactions(
        self, at: Indices, event: int, user: Indices, model: Indices, rating: Indices, implicit: Numbers
    ) -> tuple[Indices, Numbers]:
        """Returns votes and sentiments with the honest reactions of colluding users replaced according to the plan."""
        is_replaced = (self.member[at, user] == 1) & (self.camouflage[at, event] >= self.honest[at])
        is_positive = (model == self.target[at]) == (self.promote[at] == 1)
        vote, signal = np.where(is_positive, 1, -1), np.where(is_positive, POSITIVE, NEGATIVE)
        return np.where(is_replaced, vote, rating), np.where(is_replaced, signal, implicit)
