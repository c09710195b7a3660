"""Number of events until the leading model of a cell is no longer recommended after its quality drops."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from bench.learning.replay.cells import Cells
from bench.learning.replay.policies import OURS, Policy, default_policies
from bench.learning.replay.simulation import reactions
from bench.learning.replay.streams import Streams, draw_streams, score_and_evidence, user_weights
from bench.learning.tables import Indices, Numbers, Table
from bench.performance.figures import verdict
from cli.demo.workload import USERS_PER_TENANT
from neural.domain.boards import SHIFT_CARRY_OVER, SHIFT_CARRY_OVER_MAX
from neural.domain.drift import WINDOW, RatedScore, find_shift
from neural.settings import LearningSettings, RecommendSettings

EVENTS_PER_DAY = 1_000
"""Events per day. Evidence decays with the default half-life."""
WARM_UP_EVENTS, EVENTS_AFTER, DROP_FACTORS = (5_000, 20_000), 6_000, (0.3, 0.6)
CHECK_INTERVAL, DRAWS = 10, 8
"""Events between two measurements, and draws per measurement and user."""
ABANDONED_SHARE_MAX, EVENTS_MAX = 0.2, 200
"""Shares of recommendations and of best estimates below which a model counts as abandoned; bound on the events."""
DETECTION_INTERVAL = 5
"""Units of a model in a cell between two runs of the drift detector."""


@dataclass(slots=True)
class DecayLearner:
    """Learns units that decay, and removes most of the evidence that the drift detector considers outdated."""

    cells: Cells
    detects_drift: bool
    """True if the drift detector runs, as in `neural.drift.detector`."""
    alarms: list[tuple[int, int, tuple[int, int, int]]] = field(default_factory=list)
    """Event, row and cell (tenant, task, model) of each alarm."""
    _kept: dict[tuple[int, int, int, int], list[tuple[int, float, float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def learn(
        self, event: int, user: Indices, task: Indices, model: Indices, reaction: tuple[Indices, Numbers]
    ) -> None:
        """Learns one unit per row."""
        self.cells.now = 2 ** (event / EVENTS_PER_DAY / (LearningSettings().half_life.total_seconds() / 86_400))
        score, evidence = score_and_evidence(*reaction)
        self.cells.learn(user, task, model, evidence * self.cells.now, score)
        if not self.detects_drift:
            return
        values = zip(user.tolist(), task.tolist(), model.tolist(), score.tolist(), evidence.tolist(), strict=True)
        for row, (user_index, task_index, model_index, value, amount) in enumerate(values):
            place = row, user_index // USERS_PER_TENANT, task_index, model_index
            kept = self._kept[place]
            kept.append((user_index, amount, value, self.cells.now))
            if len(kept) % DETECTION_INTERVAL == 0:
                self._detect(event, place, kept)

    def _detect(
        self, event: int, place: tuple[int, int, int, int], kept: list[tuple[int, float, float, float]]
    ) -> None:
        late = kept[-WINDOW:]
        shift = find_shift([RatedScore(each[2], str(each[0])) for each in late])
        if shift is None:
            return
        row, tenant, task, model = place
        self.alarms.append((event, row, (tenant, task, model)))
        old = np.array(kept[: len(kept) - len(late) + shift.index])
        del kept[: len(old)]
        much = old[:, 1] * old[:, 3]
        left = min(SHIFT_CARRY_OVER, SHIFT_CARRY_OVER_MAX * self.cells.now / much.sum())
        self._forget(place, old[:, 0].astype(np.int64), -(1 - left) * much, old[:, 2])

    def _forget(self, place: tuple[int, int, int, int], user: Indices, much: Numbers, score: Numbers) -> None:
        """Adds negative evidence for one model in a tenant's task. Roll-ups and other scopes keep theirs."""
        row, tenant, task, model = place
        at = user, np.full_like(user, task), np.full_like(user, model)
        np.add.at(self.cells.user.evidence[row], at, much)
        np.add.at(self.cells.user.total[row], at, much * score)
        self.cells.tenant.evidence[row, tenant, task, model] += much.sum()
        self.cells.tenant.total[row, tenant, task, model] += (much * score).sum()


@dataclass(frozen=True, slots=True)
class DropResult:
    """Result of a drop. Arrays are by row."""

    events: Numbers
    """Events of the cell until the leader was abandoned; infinite if it was not."""
    alarms: int
    """Number of alarms before the drop, in all rows and cells."""
    units: int
    """Number of units learned before the drop, in all rows."""


def simulate_drop(streams: Streams, policy: Policy, warm: int, factor: float, detects_drift: bool) -> DropResult:
    """Lowers the quality of the leader of the most frequent task and measures when the first tenant abandons it."""
    rows, models = streams.order.shape
    at, task = np.arange(rows), int(np.bincount(streams.table.task).argmax())
    cells, rng = Cells(rows, len(streams.table.tasks), models), np.random.default_rng(7)
    learner, leader = DecayLearner(cells, detects_drift), np.full(rows, -1)
    seen, left, alarms = np.zeros(rows), np.full(rows, np.inf), 0
    for event in range(warm + EVENTS_AFTER):
        if event == warm:
            leader, alarms = _shares(cells, policy, task, rng)[0].argmax(-1), len(learner.alarms)
        user, event_task = streams.user[at, event], streams.task[at, event]
        model = policy.choose(cells.boards(at, user, event_task), rng)
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        quality = np.where((model == leader) & (event_task == task), factor * quality, quality)
        learner.learn(event, user, event_task, model, reactions(streams, at, event, model, quality))
        if event < warm:
            continue
        seen += (event_task == task) & (user < USERS_PER_TENANT)
        if event % CHECK_INTERVAL == 0:
            served, best = _shares(cells, policy, task, rng)
            is_abandoned = (served[at, leader] < ABANDONED_SHARE_MAX) & (best[at, leader] < ABANDONED_SHARE_MAX)
            left = np.where(is_abandoned & np.isinf(left), seen, left)
            if np.isfinite(left).all():
                break
    return DropResult(left, alarms, rows * warm)


def _shares(cells: Cells, policy: Policy, task: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Returns two arrays by row and model: the share of recommendations, and of users with the highest estimate."""
    users = np.arange(USERS_PER_TENANT)
    weight = user_weights()[users] / user_weights()[users].sum()
    row, user = (each.ravel() for each in np.meshgrid(np.arange(cells.rows), users, indexing="ij"))
    boards = cells.boards(row, user, np.full_like(row, task))
    probabilities = np.mean([policy.probabilities(boards, rng) for _ in range(DRAWS // 2)], axis=0)
    best = np.eye(cells.models)[policy.score(boards).argmax(-1)]
    shape = cells.rows, len(users), cells.models
    served: Numbers = np.einsum("rum,u->rm", probabilities.reshape(shape), weight)
    return served, np.einsum("rum,u->rm", best.reshape(shape), weight)


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints the events until the leader is abandoned. Returns True if the bound is met."""
    del events
    policy = next(each for each in default_policies(RecommendSettings().priors) if each.name == OURS)
    streams = draw_streams(table, seeds, max(WARM_UP_EVENTS) + EVENTS_AFTER)
    print(f"\n{table.name}: events until the leader is abandoned, {len(seeds)} seeds, {EVENTS_PER_DAY:,} events/day")
    kept = True
    for detects_drift in (False, True):
        started, worst = time.perf_counter(), 0.0
        for warm in WARM_UP_EVENTS:
            for factor in DROP_FACTORS:
                found = simulate_drop(streams, policy, warm, factor, detects_drift)
                median, late = np.quantile(found.events, 0.5), np.quantile(found.events, 0.95, method="higher")
                alarms = f"{found.alarms} alarms in {found.units:,} units before" if detects_drift else ""
                method = "drift detection" if detects_drift else "decay alone"
                name = f"{method:22} after {warm:,}, quality x{factor:g}"
                print(f"  {name}: median {median:.0f}, p95 {late:.0f}; {alarms}", flush=True)
                worst = max(worst, float(late)) if factor == min(DROP_FACTORS) else worst
        if detects_drift:
            kept = verdict(f"p95 of events at quality x{min(DROP_FACTORS):g}", worst, "", EVENTS_MAX, at_least=False)
        print(f"  {time.perf_counter() - started:.0f} s")
    return kept
