"""The contextual bandit of the PyPI package paretobandit, run over the same streams if the package is installed.

The package's prompt encoder needs a neural network. Here the features are the task as one-hot features and an
intercept, and the reward is the score that our learner gives a unit. Costs are ignored and nothing is forgotten, which
is the default of the package's policy. The arithmetic is repeated here for many rows at once;
`check_package_parity` compares it with the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from bench.learning.replay.simulation import TURNS, LearningCurve, reactions
from bench.learning.replay.streams import Streams, score_and_evidence
from bench.learning.tables import Indices, Numbers

CHECKED, EXACT = 400, 1e-9
"""Number of compared events, and the largest allowed difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BanditSettings:
    """Parameters of the bandit."""

    name: str
    alpha: float
    """Exploration: number of standard deviations that are added to each mean."""
    ridge: float
    """Ridge penalty: strength of the prior belief that a model scores 0."""


DEFAULT = BanditSettings(name="paretobandit", alpha=0.01, ridge=1.0)


def is_installed() -> bool:
    """Returns True if the package can be imported. Prints a line if it cannot."""
    found = find_spec("pareto_bandit") is not None
    if not found:
        print("  paretobandit skipped: the package is not installed")
    return found


class LinUCB:
    """LinUCB with one ridge regression per row and model (Li et al., 2010)."""

    def __init__(self, rows: int, models: int, tasks: int, setting: BanditSettings) -> None:
        self.inverse = np.tile(np.eye(tasks + 1) / setting.ridge, (rows, models, 1, 1))
        self.theta = np.zeros((rows, models, tasks + 1))
        self._alpha, self._row = setting.alpha, np.arange(rows)

    def scores(self, row: Indices, task: Indices, *, explore: bool = True) -> Numbers:
        """Returns the upper confidence bound of every model in the contexts; the mean with `explore=False`."""
        mean = self.theta[row, :, task] + self.theta[row, :, -1]
        if not explore:
            return mean
        spread = self.inverse[row, :, task, task] + 2 * self.inverse[row, :, task, -1] + self.inverse[row, :, -1, -1]
        bound: Numbers = mean + self._alpha * np.sqrt(np.maximum(spread, 1e-12))
        return bound

    def learn(self, task: Indices, model: Indices, reward: Numbers) -> None:
        """Learns one reward per row by the Sherman-Morrison formula."""
        row = self._row
        gain = self.inverse[row, model, :, task] + self.inverse[row, model, :, -1]
        scale = 1 + gain[row, task] + gain[:, -1]
        error = reward - self.theta[row, model, task] - self.theta[row, model, -1]
        self.theta[row, model] += gain * (error / scale)[:, None]
        self.inverse[row, model] -= gain[:, :, None] * (gain / scale[:, None])[:, None, :]


def simulate_bandit(
    streams: Streams, checkpoints: Sequence[int], setting: BanditSettings, turns: int = TURNS
) -> LearningCurve:
    """Runs the bandit over every seed, `turns` times, and returns its learning curve."""
    seeds, models = streams.order.shape
    at, tasks, rng = np.tile(np.arange(seeds), turns), len(streams.table.tasks), np.random.default_rng(7)
    rows, bandit, served = np.arange(len(at)), LinUCB(len(at), models, tasks, setting), np.zeros(len(at))
    curve = LearningCurve(setting.name)
    for event in range(max(checkpoints)):
        task = streams.task[at, event]
        ties = 1e-12 * rng.random((len(at), models))
        model = (bandit.scores(rows, task) + ties).argmax(-1)
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        served += quality
        bandit.learn(task, model, score_and_evidence(*reactions(streams, at, event, model, quality))[0])
        if event + 1 in checkpoints:
            curve.online[event + 1] = (served / (event + 1)).reshape(turns, seeds).mean(0)
            for found, explore in ((curve.served, True), (curve.greedy, False)):
                found[event + 1] = _held_out_quality(streams, bandit, at, explore=explore).reshape(turns, seeds).mean(0)
    return curve


def _held_out_quality(streams: Streams, bandit: LinUCB, at: Indices, *, explore: bool) -> Numbers:
    """Returns the held-out quality by row."""
    tasks = len(streams.table.tasks)
    row, task = (each.ravel() for each in np.meshgrid(np.arange(len(at)), np.arange(tasks), indexing="ij"))
    model = bandit.scores(row, task, explore=explore).argmax(-1)
    found: Numbers = (streams.share[at[row], task] * streams.held[at[row], task, model]).reshape(-1, tasks).sum(1)
    return found


def check_package_parity(streams: Streams, setting: BanditSettings = DEFAULT) -> None:
    """Runs the first row with random choices through the package and `LinUCB`.

    Raises AssertionError if the upper bounds differ.
    """
    models, tasks = streams.order.shape[1], len(streams.table.tasks)
    made = import_module("pareto_bandit.policy").DisjointLinUCBPolicy
    names = [str(each) for each in range(models)]
    theirs = made(names, dim=tasks + 1, alpha=setting.alpha, init_lambda=setting.ridge, seed=0)
    ours, features = LinUCB(1, models, tasks, setting), np.hstack([np.eye(tasks), np.ones((tasks, 1))])
    rng, row, worst = np.random.default_rng(0), np.zeros(1, np.int64), 0.0
    for event in range(CHECKED):
        task, model = streams.task[:1, event], rng.integers(models, size=1)
        found = ours.scores(row, task)[0]
        best = theirs.select_arm(features[int(task[0])])[1]
        worst = max(worst, abs(float(found.max()) - best))
        reward = rng.random(1)
        ours.learn(task, model, reward)
        theirs.update(str(model[0]), features[int(task[0])], float(reward[0]))
    assert worst <= EXACT, f"the repeated arithmetic differs from paretobandit by {worst}"
    print(f"  paretobandit: equal to the package within {worst:.0e} over {CHECKED} events")
