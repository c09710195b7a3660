"""The contextual bandit of the PyPI package paretobandit over the same streams, where it is installed.

Its prompt encoder needs a neural network; it is given the task instead, as one-hot features and an intercept, and the
score that our learner gives a unit as its reward. Costs play no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from bench.replay.play import Course, react
from bench.replay.streams import Streams
from bench.replay.tables import Numbers

NAME = "paretobandit"
TUNED = "paretobandit, tuned"
ALPHA = {NAME: 0.01, TUNED: 1.0}
"""Exploration: the package's default, and the best of 0.01, 0.1, 0.3 and 1 on other seeds than those reported."""


def installed() -> bool:
    """Tells whether the package can be imported, and says so if not."""
    there = find_spec("pareto_bandit") is not None
    if not there:
        print("  paretobandit skipped: the package is not installed")
    return there


def play(streams: Streams, checkpoints: Sequence[int], name: str) -> Course:
    """Plays the package's LinUCB over every seed. It serves what it would serve next, so exploring is included."""
    (seeds, models), alpha = streams.order.shape, ALPHA[name]
    made = import_module("pareto_bandit.policy").DisjointLinUCBPolicy
    features = np.hstack([np.eye(len(streams.table.tasks)), np.ones((len(streams.table.tasks), 1))])
    bandits = [
        made([str(each) for each in range(models)], dim=features.shape[1], alpha=alpha, seed=seed)
        for seed in range(seeds)
    ]
    course, at, served = Course(name), np.arange(seeds), np.zeros(seeds)
    for event in range(max(checkpoints)):
        x = features[streams.task[:, event]]
        model = np.array([int(bandit.select_arm(x[seed])[0]) for seed, bandit in enumerate(bandits)])
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        served += quality
        score = react(streams, at, event, model, quality)[1]
        for seed, bandit in enumerate(bandits):
            bandit.update(str(model[seed]), x[seed], float(score[seed]))
        if event + 1 in checkpoints:
            course.online[event + 1] = served / (event + 1)
            course.played[event + 1] = _held(streams, bandits, features, alpha)
            course.greedy[event + 1] = _held(streams, bandits, features, 0.0)
    return course


def _held(streams: Streams, bandits: Sequence[Any], features: Numbers, alpha: float) -> Numbers:
    """Returns the held-out quality by seed."""
    found = np.zeros(len(bandits))
    for seed, bandit in enumerate(bandits):
        for task, x in enumerate(features):
            model = int(bandit.select_arm(x, alpha_override=alpha)[0])
            found[seed] += streams.share[seed, task] * streams.held[seed, task, model]
    return found
