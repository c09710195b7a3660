"""Shows that the replay's arithmetic is the service's: the same units go through both, then both are asked."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.learning.replay.cells import PUBLISHED, Cells
from bench.learning.replay.play import said
from bench.learning.replay.policies import FORMULA, OURS, Policy, Strengths, line_up, shrink
from bench.learning.replay.streams import Streams, draw, worth
from bench.learning.tables import Numbers, Table
from cli.demo.world import USERS_PER_TENANT
from neural.domain.boards import StoredBoard, VersionCell, assemble
from neural.domain.model import ANY, BoardKey, LearningMode, Strategy, UnitFacts, UnitKey
from neural.domain.policy import propensities
from neural.domain.scoring import contribution_of
from neural.domain.shrinkage import Estimate, estimate
from neural.recommendation.ranking import board_keys
from neural.settings import RecommendSettings

EVENTS, CONTEXTS, DRAWN = 2_000, 30, 20_000
DAY, HALF_LIFE = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=30)
SETTINGS = RecommendSettings()
EXACT, DRAWN_WITHIN = 1e-9, 0.02
"""Largest difference of means, evidence and choices; and of the probabilities that draws give."""


class Sums:
    """The learner's side: exact contributions, summed by cell."""

    def __init__(self) -> None:
        self.evidence: dict[tuple[BoardKey, int], int] = defaultdict(int)
        self.score: dict[tuple[BoardKey, int], int] = defaultdict(int)
        self.users: dict[tuple[BoardKey, int], set[int]] = defaultdict(set)

    def learn(self, user: int, task: int, model: int, rating: int, implicit: float) -> None:
        """Adds one unit to each of its cells."""
        facts = UnitFacts(
            key=UnitKey("", "", ""),
            created_at=DAY,
            task_type=str(task),
            domain_mode="general",
            models=(str(model),),
            model_versions=("",),
            rating=rating or None,
            sentiments=(implicit,),
        )
        unit = contribution_of(facts, LearningMode.EVIDENCE_WEIGHTED, HALF_LIFE)
        assert unit is not None
        for key in _keys(user, task):
            self.evidence[key, model] += unit.evidence
            self.score[key, model] += unit.score_sum
            self.users[key, model].add(user)

    def estimates(self, user: int, task: int, models: int) -> list[Estimate]:
        """Estimates every model in a context, from boards as they are published."""
        boards = []
        for key in _keys(user, task):
            cells = [self._cell(key, model) for model in range(models) if self._shown(key, model)]
            stored = StoredBoard(
                key=key,
                revision="",
                version=1,
                half_life=HALF_LIFE,
                mode=LearningMode.EVIDENCE_WEIGHTED,
                cells=cells,
                companions={},
            )
            boards.append(assemble(stored, DAY, PUBLISHED.carry_over))
        return [estimate(str(model), boards, DAY, SETTINGS.priors) for model in range(models)]

    def _shown(self, key: BoardKey, model: int) -> bool:
        users = self.users.get((key, model), set())
        if key.tenant_id != ANY:
            return bool(users)
        tenants = {user // USERS_PER_TENANT for user in users}
        return len(users) >= PUBLISHED.global_raters_min and len(tenants) >= PUBLISHED.global_tenants_min

    def _cell(self, key: BoardKey, model: int) -> VersionCell:
        return VersionCell(
            model=str(model),
            model_version="",
            first_output_at=DAY,
            evidence=self.evidence[key, model],
            score_sum=self.score[key, model],
            positive=0,
            negative=0,
            total=1,
        )


def _keys(user: int, task: int) -> list[BoardKey]:
    return board_keys(f"t{user // USERS_PER_TENANT}", f"u{user}", str(task), "general")


def agree(table: Table, seed: int) -> None:
    """Compares both sides after a short stream. Raises AssertionError where they differ."""
    streams = draw(table, range(seed, seed + 1), EVENTS)
    policies = {policy.name: policy for policy in line_up(SETTINGS.priors)}
    cells, sums = _filled(streams, policies[OURS])
    chance = np.random.default_rng(seed)
    worst = off = 0.0
    for _ in range(CONTEXTS):
        user, task = int(streams.user[0, chance.integers(EVENTS)]), int(chance.integers(len(table.tasks)))
        known = sums.estimates(user, task, len(table.models))
        boards = cells.boards(np.zeros(1, np.int64), np.array([user]), np.array([task]))
        mean, n = shrink(boards, Strengths.of(SETTINGS.priors))
        worst = max(worst, _apart(mean[0], [each.mean for each in known]))
        worst = max(worst, _apart(n[0] / [each.evidence for each in known], [1.0] * len(known)))
        worst = max(worst, _apart(policies[FORMULA].chances(boards, chance)[0], _odds(known, Strategy.SCOPE_FALLBACK)))
        many = np.zeros(DRAWN, np.int64)
        drawn = policies[OURS].choose(cells.boards(many, many + user, many + task), chance)
        shares = np.bincount(drawn, minlength=len(table.models)) / DRAWN
        off = max(off, _apart(shares, _odds(known, Strategy.THOMPSON)))
    assert worst <= EXACT, f"the replay differs from the service by {worst}"
    assert off <= DRAWN_WITHIN, f"the draws differ from the propensities by {off}"
    print(f"{table.name}: as the service to {worst:.0e} in {CONTEXTS} contexts, drawn odds to {off:.3f}")


def _filled(streams: Streams, policy: Policy) -> tuple[Cells, Sums]:
    cells, sums = Cells(1, len(streams.table.tasks), len(streams.table.models)), Sums()
    row, chance = np.zeros(1, np.int64), np.random.default_rng(0)
    for event in range(EVENTS):
        user, task = streams.user[row, event], streams.task[row, event]
        model = policy.choose(cells.boards(row, user, task), chance)
        quality = streams.table.quality[streams.prompt[row, event], streams.order[row, model]]
        rating, implicit = said(streams, row, event, model, quality)
        sums.learn(int(user[0]), int(task[0]), int(model[0]), int(rating[0]), float(implicit[0]))
        score, evidence = worth(rating, implicit)
        cells.learn(user, task, model, evidence, score)
    return cells, sums


def _odds(known: list[Estimate], strategy: Strategy) -> list[float]:
    beliefs = SETTINGS.priors
    return propensities(known, [0.0] * len(known), strategy, 0.0, beliefs.threshold, beliefs.information)


def _apart(one: Numbers, other: list[float]) -> float:
    return float(np.abs(one - np.array(other)).max())
