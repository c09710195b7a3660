"""The leading model of a cell gets worse: how many of the cell's events until it is recommended no more."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.figures import verdict
from bench.replay.cells import Cells
from bench.replay.drift_candidate import Detector, find_change, statistics
from bench.replay.play import said
from bench.replay.policies import OURS, Policy, line_up
from bench.replay.streams import Streams, draw, user_weights, worth
from bench.replay.tables import Numbers, Places, Table
from cli.demo.reactions import SLIP_SHARE, THUMB_SHARE
from cli.demo.world import USERS_PER_TENANT
from neural.settings import LearningSettings, RecommendSettings

PER_DAY = 1_000
"""Events a day; what is known fades by the half-life that is the default."""
WARM, AFTER, FALLS = (5_000, 20_000), 6_000, (0.3, 0.6)
EVERY, DRAWS = 10, 8
"""Events between looks, and draws a look and user."""
LEFT_BELOW, WITHIN = 0.2, 200
"""A model is left when its share of recommendations is below this, and it is nobody's best; and the bound on events."""
DETECTOR = Detector(threshold=4.0)
FALSE_ALARM_UNITS = 10_000


@dataclass(slots=True)
class Fading:
    """Learns units that fade, and forgets most of what a detector believes to be outdated."""

    cells: Cells
    detector: Detector | None
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
        if self.detector is None:
            return
        values = zip(user.tolist(), task.tolist(), model.tolist(), score.tolist(), evidence.tolist(), strict=True)
        for row, (who, what, which, good, much) in enumerate(values):
            place = row, who // USERS_PER_TENANT, what, which
            kept = self._kept[place]
            kept.append((who, much, good, self.cells.now))
            if len(kept) % self.detector.bucket == 0:
                self._test(event, place, kept, self.detector)

    def _test(
        self,
        event: int,
        place: tuple[int, int, int, int],
        kept: list[tuple[int, float, float, float]],
        given: Detector,
    ) -> None:
        units = np.array(kept)
        evidence, total = (each.reshape(-1, given.bucket).sum(1) for each in (units[:, 1], units[:, 1] * units[:, 2]))
        change = find_change(evidence, total, given)
        if change is None:
            return
        row, tenant, task, model = place
        self.alarms.append((event, row, (tenant, task, model)))
        old = units[: change * given.bucket]
        del kept[: change * given.bucket]
        self._forget(place, old[:, 0].astype(np.int64), -(1 - given.keep) * old[:, 1] * old[:, 3], old[:, 2])

    def _forget(self, place: tuple[int, int, int, int], user: Places, much: Numbers, score: Numbers) -> None:
        """Adds (negative) evidence of one model's units in a tenant's task to all their cells."""
        row, tenant, task, model = place
        for cell in (task, -1):
            at = user, np.full_like(user, cell), np.full_like(user, model)
            np.add.at(self.cells.user.evidence[row], at, much)
            np.add.at(self.cells.user.total[row], at, much * score)
            for sums, owner in ((self.cells.tenant, tenant), (self.cells.everyone, 0)):
                sums.evidence[row, owner, cell, model] += much.sum()
                sums.total[row, owner, cell, model] += (much * score).sum()


@dataclass(frozen=True, slots=True)
class Left:
    """What happened to the leader; arrays are by row."""

    events: Numbers
    """Events of the cell until the leader was left; infinite when it was not."""
    alarms: int
    """Before the fall, in all rows and cells."""
    units: int
    """Learned before the fall, in all rows."""


def fall(streams: Streams, policy: Policy, warm: int, to: float, detector: Detector | None) -> Left:
    """Plays until the fall of the leader in the most frequent task, and on until it is left by the first tenant."""
    rows, models = streams.order.shape
    at, task = np.arange(rows), int(np.bincount(streams.table.task).argmax())
    cells, chance = Cells(rows, len(streams.table.tasks), models), np.random.default_rng(7)
    learner, leader = Fading(cells, detector), np.full(rows, -1)
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


def false_alarms(table: Table, given: Detector, seed: int, streams: int = 200) -> tuple[int, int]:
    """Returns alarms and units of cells whose models stay as they are: prompts of a task by lot, one model each."""
    chance, tasks = np.random.default_rng(seed), np.flatnonzero(np.bincount(table.task) >= 20)
    rows = FALSE_ALARM_UNITS // given.bucket
    alarms = 0
    for _ in range(streams):
        prompts = np.flatnonzero(table.task == chance.choice(tasks))
        quality = table.quality[chance.choice(prompts, rows * given.bucket), chance.integers(len(table.models))]
        score, evidence = _reactions(quality, chance)
        much = evidence.reshape(rows, given.bucket).sum(1)
        total = (score * evidence).reshape(rows, given.bucket).sum(1)
        start = 0
        for end in range(1, rows + 1):
            if end - start > 1 and statistics(much[start:end], total[start:end], given).max() > given.threshold:
                alarms, start = alarms + 1, end
    return alarms, streams * rows * given.bucket


def _reactions(quality: Numbers, chance: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Returns score and evidence of units, as users react."""
    pleased, rated, slip, up = (chance.random(len(quality)) for _ in range(4))
    thumb = np.where((up < quality) != (slip < SLIP_SHARE), 1, -1)
    implicit = np.where(pleased < quality, 0.5, -0.5)
    return worth(np.where(rated < THUMB_SHARE, thumb, 0), implicit)


def settings() -> Sequence[Detector | None]:
    """Returns what is compared; None is the learner as it is."""
    return None, DETECTOR


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints how soon the leader is left, and returns whether it is in time."""
    del events
    policy = next(each for each in line_up(RecommendSettings().beliefs) if each.name == OURS)
    streams = draw(table, seeds, max(WARM) + AFTER)
    print(f"\n{table.name}: events of the cell until its leader is left, {len(seeds)} seeds, {PER_DAY:,} events a day")
    kept = True
    for detector in settings():
        started, worst = time.perf_counter(), 0.0
        for warm in WARM:
            for to in FALLS:
                found = fall(streams, policy, warm, to, detector)
                median, late = np.quantile(found.events, 0.5), np.quantile(found.events, 0.95, method="higher")
                alarms = f"{found.alarms} alarms in {found.units:,} units before" if detector else ""
                name = f"{detector or 'decay alone'!s:34} after {warm:,}, to x{to:g}"
                print(f"  {name}: median {median:.0f}, p95 {late:.0f}; {alarms}", flush=True)
                worst = max(worst, float(late)) if to == min(FALLS) else worst
        if detector:
            kept = verdict(f"p95 of events to x{min(FALLS):g}", worst, "", WITHIN, at_least=False)
        print(f"  {time.perf_counter() - started:.0f} s")
    return kept
