"""The leading model of a cell gets worse: how many of the cell's events until it is recommended no more."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from bench.learning.replay.cells import Cells
from bench.learning.replay.play import said
from bench.learning.replay.policies import OURS, Policy, line_up
from bench.learning.replay.streams import Streams, draw, user_weights, worth
from bench.learning.tables import Numbers, Places, Table
from bench.performance.figures import verdict
from cli.demo.world import USERS_PER_TENANT
from neural.domain.boards import SHIFT_CARRY_OVER, SHIFT_CARRY_OVER_MAX
from neural.domain.drift import WINDOW, find_shift
from neural.settings import LearningSettings, RecommendSettings

PER_DAY = 1_000
"""Events a day; what is known fades by the half-life that is the default."""
WARM, AFTER, FALLS = (5_000, 20_000), 6_000, (0.3, 0.6)
EVERY, DRAWS = 10, 8
"""Events between looks, and draws a look and user."""
LEFT_BELOW, WITHIN = 0.2, 200
"""A model is left when its share of recommendations is below this, and it is nobody's best; and the bound on events."""
LOOK_EVERY = 5
"""Units of a model in a cell between looks for a shift."""


@dataclass(slots=True)
class Fading:
    """Learns units that fade, and forgets most of what a detector believes to be outdated."""

    cells: Cells
    detecting: bool
    """Whether shifts of quality are looked for, as `neural.drift.detector` does."""
    alarms: list[tuple[int, int, tuple[int, int, int]]] = field(default_factory=list)
    """Event, row and cell (tenant, task, model) of each alarm."""
    _kept: dict[tuple[int, int, int, int], list[tuple[int, float, float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def learn(self, event: int, user: Places, task: Places, model: Places, said: tuple[Places, Numbers]) -> None:
        """Learns one unit a row."""
        self.cells.now = 2 ** (event / PER_DAY / (LearningSettings().half_life.total_seconds() / 86_400))
        score, evidence = worth(*said)
        self.cells.learn(user, task, model, evidence * self.cells.now, score)
        if not self.detecting:
            return
        values = zip(user.tolist(), task.tolist(), model.tolist(), score.tolist(), evidence.tolist(), strict=True)
        for row, (who, what, which, good, much) in enumerate(values):
            place = row, who // USERS_PER_TENANT, what, which
            kept = self._kept[place]
            kept.append((who, much, good, self.cells.now))
            if len(kept) % LOOK_EVERY == 0:
                self._look(event, place, kept)

    def _look(self, event: int, place: tuple[int, int, int, int], kept: list[tuple[int, float, float, float]]) -> None:
        late = kept[-WINDOW:]
        shift = find_shift([each[2] for each in late])
        if shift is None:
            return
        row, tenant, task, model = place
        self.alarms.append((event, row, (tenant, task, model)))
        old = np.array(kept[: len(kept) - len(late) + shift.index])
        del kept[: len(old)]
        much = old[:, 1] * old[:, 3]
        left = min(SHIFT_CARRY_OVER, SHIFT_CARRY_OVER_MAX * self.cells.now / much.sum())
        self._forget(place, old[:, 0].astype(np.int64), -(1 - left) * much, old[:, 2])

    def _forget(self, place: tuple[int, int, int, int], user: Places, much: Numbers, score: Numbers) -> None:
        """Adds (negative) evidence of one model's units in a tenant's task; roll-ups and others keep it."""
        row, tenant, task, model = place
        at = user, np.full_like(user, task), np.full_like(user, model)
        np.add.at(self.cells.user.evidence[row], at, much)
        np.add.at(self.cells.user.total[row], at, much * score)
        self.cells.tenant.evidence[row, tenant, task, model] += much.sum()
        self.cells.tenant.total[row, tenant, task, model] += (much * score).sum()


@dataclass(frozen=True, slots=True)
class Left:
    """What happened to the leader; arrays are by row."""

    events: Numbers
    """Events of the cell until the leader was left; infinite when it was not."""
    alarms: int
    """Before the fall, in all rows and cells."""
    units: int
    """Learned before the fall, in all rows."""


def fall(streams: Streams, policy: Policy, warm: int, to: float, detecting: bool) -> Left:
    """Plays until the fall of the leader in the most frequent task, and on until it is left by the first tenant."""
    rows, models = streams.order.shape
    at, task = np.arange(rows), int(np.bincount(streams.table.task).argmax())
    cells, chance = Cells(rows, len(streams.table.tasks), models), np.random.default_rng(7)
    learner, leader = Fading(cells, detecting), np.full(rows, -1)
    seen, left, alarms = np.zeros(rows), np.full(rows, np.inf), 0
    for event in range(warm + AFTER):
        if event == warm:
            leader, alarms = _shares(cells, policy, task, chance)[0].argmax(-1), len(learner.alarms)
        user, what = streams.user[at, event], streams.task[at, event]
        model = policy.choose(cells.boards(at, user, what), chance)
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        quality = np.where((model == leader) & (what == task), to * quality, quality)
        learner.learn(event, user, what, model, said(streams, at, event, model, quality))
        if event < warm:
            continue
        seen += (what == task) & (user < USERS_PER_TENANT)
        if event % EVERY == 0:
            served, best = _shares(cells, policy, task, chance)
            gone = (served[at, leader] < LEFT_BELOW) & (best[at, leader] < LEFT_BELOW)
            left = np.where(gone & np.isinf(left), seen, left)
            if np.isfinite(left).all():
                break
    return Left(left, alarms, rows * warm)


def _shares(cells: Cells, policy: Policy, task: int, chance: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Returns by row and model the share of recommendations in the cell, and of users whose best the model is."""
    users = np.arange(USERS_PER_TENANT)
    weight = user_weights()[users] / user_weights()[users].sum()
    row, user = (each.ravel() for each in np.meshgrid(np.arange(cells.rows), users, indexing="ij"))
    boards = cells.boards(row, user, np.full_like(row, task))
    chances = np.mean([policy.chances(boards, chance) for _ in range(DRAWS // 2)], axis=0)
    best = np.eye(cells.models)[policy.score(boards).argmax(-1)]
    shape = cells.rows, len(users), cells.models
    served: Numbers = np.einsum("rum,u->rm", chances.reshape(shape), weight)
    return served, np.einsum("rum,u->rm", best.reshape(shape), weight)


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints how soon the leader is left, and returns whether it is in time."""
    del events
    policy = next(each for each in line_up(RecommendSettings().priors) if each.name == OURS)
    streams = draw(table, seeds, max(WARM) + AFTER)
    print(f"\n{table.name}: events of the cell until its leader is left, {len(seeds)} seeds, {PER_DAY:,} events a day")
    kept = True
    for detecting in (False, True):
        started, worst = time.perf_counter(), 0.0
        for warm in WARM:
            for to in FALLS:
                found = fall(streams, policy, warm, to, detecting)
                median, late = np.quantile(found.events, 0.5), np.quantile(found.events, 0.95, method="higher")
                alarms = f"{found.alarms} alarms in {found.units:,} units before" if detecting else ""
                name = f"{'shifts are looked for' if detecting else 'decay alone':22} after {warm:,}, to x{to:g}"
                print(f"  {name}: median {median:.0f}, p95 {late:.0f}; {alarms}", flush=True)
                worst = max(worst, float(late)) if to == min(FALLS) else worst
        if detecting:
            kept = verdict(f"p95 of events to x{min(FALLS):g}", worst, "", WITHIN, at_least=False)
        print(f"  {time.perf_counter() - started:.0f} s")
    return kept
