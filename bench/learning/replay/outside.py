"""The contextual bandit of the PyPI package paretobandit over the same streams, where it is installed.

Its prompt encoder needs a neural network; it is given the task instead, as one-hot features and an intercept, and the
score that our learner gives a unit as its reward. Costs play no part, and nothing is forgotten, as is the default of
its policy: the recorded outcomes do not change. Its arithmetic is repeated here for many rows at once; `check` holds
it against the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from bench.learning.replay.play import TURNS, Course, said
from bench.learning.replay.streams import Streams, worth
from bench.learning.tables import Numbers, Places

CHECKED, EXACT = 400, 1e-9
"""Events over which both are compared, and the largest difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the package lets one choose."""

    name: str
    alpha: float
    """Exploration: how many standard deviations are added to each mean."""
    ridge: float
    """Strength of the belief that a model scores 0."""


DEFAULT = Setting(name="paretobandit", alpha=0.01, ridge=1.0)


def installed() -> bool:
    """Tells whether the package can be imported, and says so if not."""
    there = find_spec("pareto_bandit") is not None
    if not there:
        print("  paretobandit skipped: the package is not installed")
    return there


class LinUCB:
    """Ridge regressions side by side, one for each row and model."""

    def __init__(self, rows: int, models: int, tasks: int, setting: Setting) -> None:
        self.inverse = np.tile(np.eye(tasks + 1) / setting.ridge, (rows, models, 1, 1))
        self.theta = np.zeros((rows, models, tasks + 1))
        self._alpha, self._row = setting.alpha, np.arange(rows)

    def scores(self, row: Places, task: Places, *, explore: bool = True) -> Numbers:
        """Returns the upper bound, or the mean, of every model in some contexts."""
        mean = self.theta[row, :, task] + self.theta[row, :, -1]
        if not explore:
            return mean
        spread = self.inverse[row, :, task, task] + 2 * self.inverse[row, :, task, -1] + self.inverse[row, :, -1, -1]
        bound: Numbers = mean + self._alpha * np.sqrt(np.maximum(spread, 1e-12))
        return bound

    def learn(self, task: Places, model: Places, reward: Numbers) -> None:
        """Learns one reward a row, by Sherman and Morrison's formula."""
        row = self._row
        lean = self.inverse[row, model, :, task] + self.inverse[row, model, :, -1]
        scale = 1 + lean[row, task] + lean[:, -1]
        missed = reward - self.theta[row, model, task] - self.theta[row, model, -1]
        self.theta[row, model] += lean * (missed / scale)[:, None]
        self.inverse[row, model] -= lean[:, :, None] * (lean / scale[:, None])[:, None, :]


def play(streams: Streams, checkpoints: Sequence[int], setting: Setting, turns: int = TURNS) -> Course:
    """Plays a setting over every seed, several times over. It serves what it would serve next, exploring included."""
    seeds, models = streams.order.shape
    at, tasks, chance = np.tile(np.arange(seeds), turns), len(streams.table.tasks), np.random.default_rng(7)
    rows, bandit, served = np.arange(len(at)), LinUCB(len(at), models, tasks, setting), np.zeros(len(at))
    course = Course(setting.name)
    for event in range(max(checkpoints)):
        task = streams.task[at, event]
        ties = 1e-12 * chance.random((len(at), models))
        model = (bandit.scores(rows, task) + ties).argmax(-1)
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        served += quality
        bandit.learn(task, model, worth(*said(streams, at, event, model, quality))[0])
        if event + 1 in checkpoints:
            course.online[event + 1] = (served / (event + 1)).reshape(turns, seeds).mean(0)
            for found, explore in ((course.played, True), (course.greedy, False)):
                found[event + 1] = _held(streams, bandit, at, explore=explore).reshape(turns, seeds).mean(0)
    return course


def _held(streams: Streams, bandit: LinUCB, at: Places, *, explore: bool) -> Numbers:
    """Returns the held-out quality by row."""
    tasks = len(streams.table.tasks)
    row, task = (each.ravel() for each in np.meshgrid(np.arange(len(at)), np.arange(tasks), indexing="ij"))
    model = bandit.scores(row, task, explore=explore).argmax(-1)
    found: Numbers = (streams.share[at[row], task] * streams.held[at[row], task, model]).reshape(-1, tasks).sum(1)
    return found


def check(streams: Streams, setting: Setting = DEFAULT) -> None:
    """Plays the first row by lot with the package and with `LinUCB`. Raises AssertionError where they differ."""
    models, tasks = streams.order.shape[1], len(streams.table.tasks)
    made = import_module("pareto_bandit.policy").DisjointLinUCBPolicy
    names = [str(each) for each in range(models)]
    theirs = made(names, dim=tasks + 1, alpha=setting.alpha, init_lambda=setting.ridge, seed=0)
    ours, features = LinUCB(1, models, tasks, setting), np.hstack([np.eye(tasks), np.ones((tasks, 1))])
    chance, row, worst = np.random.default_rng(0), np.zeros(1, np.int64), 0.0
    for event in range(CHECKED):
        task, model = streams.task[:1, event], chance.integers(models, size=1)
        found = ours.scores(row, task)[0]
        best = theirs.select_arm(features[int(task[0])])[1]
        worst = max(worst, abs(float(found.max()) - best))
        reward = chance.random(1)
        ours.learn(task, model, reward)
        theirs.update(str(model[0]), features[int(task[0])], float(reward[0]))
    assert worst <= EXACT, f"the repeated arithmetic differs from paretobandit by {worst}"
    print(f"  paretobandit: as the package to {worst:.0e} over {CHECKED} events")
