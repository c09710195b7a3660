"""Compares the replay's arithmetic with the service's: both learn the same units and must give equal estimates."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.learning.replay.cells import PUBLISHED, Cells
from bench.learning.replay.policies import FORMULA, OURS, Policy, Strengths, default_policies, shrink
from bench.learning.replay.simulation import reactions
from bench.learning.replay.streams import Streams, draw_streams, score_and_evidence
from bench.learning.tables import Numbers, Table
from cli.demo.workload import USERS_PER_TENANT
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
ERROR_MAX, DRAW_ERROR_MAX = 1e-9, 0.02
"""Largest allowed difference of means, evidence and choices, and of choice probabilities estimated by draws."""


class LearnerSums:
    """The service's side: exact contributions of units, summed by cell."""

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
        """Returns the estimate of every model in a context, from boards as the service publishes them."""
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


def check_parity(table: Table, seed: int) -> None:
    """Compares both sides after a short stream. Raises AssertionError if they differ."""
    streams = draw_streams(table, range(seed, seed + 1), EVENTS)
    policies = {policy.name: policy for policy in default_policies(SETTINGS.priors)}
    cells, sums = _replayed(streams, policies[OURS])
    rng = np.random.default_rng(seed)
    worst = draw_error = 0.0
    for _ in range(CONTEXTS):
        user, task = int(streams.user[0, rng.integers(EVENTS)]), int(rng.integers(len(table.tasks)))
        estimates = sums.estimates(user, task, len(table.models))
        boards = cells.boards(np.zeros(1, np.int64), np.array([user]), np.array([task]))
        mean, n = shrink(boards, Strengths.of(SETTINGS.priors))
        worst = max(worst, _max_difference(mean[0], [each.mean for each in estimates]))
        worst = max(worst, _max_difference(n[0] / [each.evidence for each in estimates], [1.0] * len(estimates)))
        worst = max(
            worst,
            _max_difference(
                policies[FORMULA].probabilities(boards, rng)[0], _probabilities(estimates, Strategy.SCOPE_FALLBACK)
            ),
        )
        many = np.zeros(DRAWN, np.int64)
        drawn = policies[OURS].choose(cells.boards(many, many + user, many + task), rng)
        shares = np.bincount(drawn, minlength=len(table.models)) / DRAWN
        draw_error = max(draw_error, _max_difference(shares, _probabilities(estimates, Strategy.THOMPSON)))
    assert worst <= ERROR_MAX, f"the replay differs from the service by {worst}"
    assert draw_error <= DRAW_ERROR_MAX, f"the drawn choices differ from the propensities by {draw_error}"
    print(
        f"{table.name}: equal to the service within {worst:.0e} in {CONTEXTS} contexts, "
        f"drawn probabilities within {draw_error:.3f}"
    )


def _replayed(streams: Streams, policy: Policy) -> tuple[Cells, LearnerSums]:
    cells, sums = Cells(1, len(streams.table.tasks), len(streams.table.models)), LearnerSums()
    row, rng = np.zeros(1, np.int64), np.random.default_rng(0)
    for event in range(EVENTS):
        user, task = streams.user[row, event], streams.task[row, event]
        model = policy.choose(cells.boards(row, user, task), rng)
        quality = streams.table.quality[streams.prompt[row, event], streams.order[row, model]]
        rating, implicit = reactions(streams, row, event, model, quality)
        sums.learn(int(user[0]), int(task[0]), int(model[0]), int(rating[0]), float(implicit[0]))
        score, evidence = score_and_evidence(rating, implicit)
        cells.learn(user, task, model, evidence, score)
    return cells, sums


def _probabilities(estimates: list[Estimate], strategy: Strategy) -> list[float]:
    priors = SETTINGS.priors
    return propensities(estimates, [0.0] * len(estimates), strategy, 0.0, priors.threshold, priors.information)


def _max_difference(one: Numbers, other: list[float]) -> float:
    return float(np.abs(one - np.array(other)).max())
