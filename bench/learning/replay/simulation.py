"""Simulation of policies over streams: choose, react, learn, and measure held-out quality at checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bench.learning.replay.cells import Cells
from bench.learning.replay.policies import Policy
from bench.learning.replay.streams import USERS, Streams, score_and_evidence
from bench.learning.tables import Indices, Numbers
from cli.demo.reactions import REVERSED_SHARE, THUMB_SHARE

TURNS = 2
"""Orders of the candidates for each seed. Ties go to the first candidate, and a greedy policy rarely leaves its first
choice. A single order would therefore make the comparison depend on chance."""


@dataclass(slots=True)
class LearningCurve:
    """Quality of one policy by number of learned events. Arrays are by seed."""

    name: str
    served: dict[int, Numbers] = field(default_factory=dict)
    """Held-out quality of the policy as served, with exploration."""
    greedy: dict[int, Numbers] = field(default_factory=dict)
    """Held-out quality of the models with the highest estimates."""
    online: dict[int, Numbers] = field(default_factory=dict)
    """Mean quality of the answers served so far."""


class Learner(Protocol):
    """Turns reactions into cells."""

    cells: Cells

    def learn(
        self, event: int, user: Indices, task: Indices, model: Indices, reaction: tuple[Indices, Numbers]
    ) -> None:
        """Learns votes (0 for none) and mean sentiments of signals, one unit per row."""
        ...


class TrustAllLearner:
    """Learns every reaction at once with full trust."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells

    def learn(
        self, event: int, user: Indices, task: Indices, model: Indices, reaction: tuple[Indices, Numbers]
    ) -> None:
        """Learns one unit per row."""
        del event
        score, evidence = score_and_evidence(*reaction)
        self.cells.learn(user, task, model, evidence, score)


def simulate(
    streams: Streams,
    policy: Policy,
    checkpoints: Sequence[int],
    turns: int = TURNS,
    make_learner: Callable[[Cells], Learner] = TrustAllLearner,
) -> LearningCurve:
    """Runs a policy over every row of the streams and returns its learning curve, averaged over the turns."""
    seeds, models = streams.order.shape
    at, shift = np.tile(np.arange(seeds), turns), np.repeat(np.arange(turns) * models // turns, seeds)
    rows, rng = np.arange(len(at)), np.random.default_rng(7)
    learner, served = make_learner(Cells(len(at), len(streams.table.tasks), models)), np.zeros(len(at))
    curve = LearningCurve(policy.name)
    for event in range(max(checkpoints)):
        user, task = streams.user[at, event], streams.task[at, event]
        choice = policy.choose(learner.cells.boards(rows, user, task), rng)
        model = (choice + shift) % models
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        served += quality
        learner.learn(event, user, task, choice, reactions(streams, at, event, model, quality))
        if event + 1 in checkpoints:
            played, greedy = held_out_quality(streams, at, shift, learner.cells, policy)
            curve.online[event + 1] = (served / (event + 1)).reshape(turns, seeds).mean(0)
            curve.served[event + 1] = played.reshape(turns, seeds).mean(0)
            curve.greedy[event + 1] = greedy.reshape(turns, seeds).mean(0)
    return curve


def reactions(streams: Streams, at: Indices, event: int, model: Indices, quality: Numbers) -> tuple[Indices, Numbers]:
    """Returns the vote (0 for none) and the mean sentiment of signals by row, drawn as in `cli.demo.reactions`."""
    implicit = np.where(streams.pleased[at, event] < quality, streams.glad[at, event], streams.sad[at, event])
    is_up = (streams.up[at, event] < quality) != (streams.slip[at, event] < REVERSED_SHARE)
    rating = np.where(streams.rated[at, event] < THUMB_SHARE, np.where(is_up, 1, -1), 0)
    if streams.attack is None:
        return rating, implicit
    return streams.attack.replace_reactions(at, event, streams.user[at, event], model, rating, implicit)


def held_out_quality(
    streams: Streams, at: Indices, shift: Indices, cells: Cells, policy: Policy
) -> tuple[Numbers, Numbers]:
    """Returns the held-out quality by row, as served and greedy, weighted over honest users and held-out prompts."""
    tasks, rng = len(streams.table.tasks), np.random.default_rng(11)
    user, task = (each.ravel() for each in np.meshgrid(np.arange(USERS), np.arange(tasks), indexing="ij"))
    played, greedy = np.empty(len(at)), np.empty(len(at))
    for row, seed in enumerate(at):
        boards = cells.boards(np.full_like(user, row), user, task)
        weight = streams.weight[seed][user] * streams.share[seed][task]
        held = np.roll(streams.held[seed], -shift[row], axis=-1)[task]
        played[row] = weight @ (policy.probabilities(boards, rng) * held).sum(-1)
        greedy[row] = weight @ held[np.arange(len(task)), policy.score(boards).argmax(-1)]
    return played, greedy
