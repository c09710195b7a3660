"""Raters who collude: they push a model of middling quality up, or the best one down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.learning.tables import Numbers, Places
from ingest.domain.model import SENTIMENTS

PRAISE, BLAME = SENTIMENTS["copy_response"], SENTIMENTS["regenerate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the raters agreed on."""

    share: float
    """Of all users, drawn whatever they are like."""
    volume: float = 1.0
    """How many times their usual requests they make."""
    honest: float = 0.0
    """Share of reactions that are what an honest user would do, as camouflage."""
    promote: bool = True
    """Whether the median model is praised and the others are run down; else the best is run down, others praised."""

    def __str__(self) -> str:
        """Names the plan in a table."""
        how = f"{self.honest:.0%} honest" if self.honest else "blatant"
        return f"{'promote' if self.promote else 'demote '} {self.share:.0%} x{self.volume:g} {how}"

    def target(self, quality: Numbers) -> int:
        """Chooses the model that the plan is about, by the mean quality of each."""
        ranked = np.argsort(-quality)
        return int(ranked[len(ranked) // 2] if self.promote else ranked[0])


@dataclass(frozen=True, slots=True)
class Attack:
    """Plans at work; arrays are by row, and a row of honest users has no members."""

    member: Places
    """By row and user: 1 for those who collude."""
    target: Places
    promote: Places
    """1 where the target is praised, 0 where it is run down."""
    honest: Numbers
    """Share of honest reactions of members."""
    camouflage: Numbers
    """Uniform, by row and event; below the share the reaction is honest."""

    def sway(
        self, at: Places, event: int, user: Places, model: Places, rating: Places, implicit: Numbers
    ) -> tuple[Places, Numbers]:
        """Replaces what members would honestly say and do by a thumb and a signal for the cause."""
        acts = (self.member[at, user] == 1) & (self.camouflage[at, event] >= self.honest[at])
        praised = (model == self.target[at]) == (self.promote[at] == 1)
        thumb, signal = np.where(praised, 1, -1), np.where(praised, PRAISE, BLAME)
        return np.where(acts, thumb, rating), np.where(acts, signal, implicit)
