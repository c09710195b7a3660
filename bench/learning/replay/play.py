"""Plays policies over streams: choose, react, learn; and looks at checkpoints what was learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bench.learning.replay.cells import Cells
from bench.learning.replay.policies import Policy
from bench.learning.replay.streams import USERS, Streams, worth
from bench.learning.tables import Numbers, Places
from cli.demo.reactions import SLIP_SHARE, THUMB_SHARE

TURNS = 2
"""Orders of the candidates that each seed is played with. Ties go to the first, and a greedy policy hardly moves from
where it starts, so that a single order would make the comparison a lottery."""


@dataclass(slots=True)
class Course:
    """How one policy fared, by seed."""

    name: str
    played: dict[int, Numbers] = field(default_factory=dict)
    """Held-out quality of what it would serve, exploring included, by events learned."""
    greedy: dict[int, Numbers] = field(default_factory=dict)
    """Held-out quality of what it believes to be best."""
    online: dict[int, Numbers] = field(default_factory=dict)
    """Mean quality served up to then."""


class Learner(Protocol):
    """Makes cells of reactions."""

    cells: Cells

    def learn(self, event: int, user: Places, task: Places, model: Places, said: tuple[Places, Numbers]) -> None:
        """Learns thumbs (0 is none) and mean sentiments of signals, one unit a row."""
        ...


class Trusting:
    """Learns at once and trusts everybody."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells

    def learn(self, event: int, user: Places, task: Places, model: Places, said: tuple[Places, Numbers]) -> None:
        """Learns one unit a row."""
        del event
        score, evidence = worth(*said)
        self.cells.learn(user, task, model, evidence, score)


def play(
    streams: Streams,
    policy: Policy,
    checkpoints: Sequence[int],
    turns: int = TURNS,
    learning: Callable[[Cells], Learner] = Trusting,
) -> Course:
    """Plays one policy over every row of the streams and returns how it fared by row, averaged over the turns."""
    seeds, models = streams.order.shape
    at, shift = np.tile(np.arange(seeds), turns), np.repeat(np.arange(turns) * models // turns, seeds)
    rows, chance = np.arange(len(at)), np.random.default_rng(7)
    learner, served = learning(Cells(len(at), len(streams.table.tasks), models)), np.zeros(len(at))
    course = Course(policy.name)
    for event in range(max(checkpoints)):
        user, task = streams.user[at, event], streams.task[at, event]
        choice = policy.choose(learner.cells.boards(rows, user, task), chance)
        model = (choice + shift) % models
        quality = streams.table.quality[streams.prompt[at, event], streams.order[at, model]]
        served += quality
        learner.learn(event, user, task, choice, said(streams, at, event, model, quality))
        if event + 1 in checkpoints:
            played, greedy = look(streams, at, shift, learner.cells, policy)
            course.online[event + 1] = (served / (event + 1)).reshape(turns, seeds).mean(0)
            course.played[event + 1] = played.reshape(turns, seeds).mean(0)
            course.greedy[event + 1] = greedy.reshape(turns, seeds).mean(0)
    return course


def said(streams: Streams, at: Places, event: int, model: Places, quality: Numbers) -> tuple[Places, Numbers]:
    """Returns each user's thumb (0 is none) and the mean sentiment of the signals, as `cli.demo.reactions` draws."""
    implicit = np.where(streams.pleased[at, event] < quality, streams.glad[at, event], streams.sad[at, event])
    up = (streams.up[at, event] < quality) != (streams.slip[at, event] < SLIP_SHARE)
    rating = np.where(streams.rated[at, event] < THUMB_SHARE, np.where(up, 1, -1), 0)
    if streams.attack is None:
        return rating, implicit
    return streams.attack.sway(at, event, streams.user[at, event], model, rating, implicit)


def look(streams: Streams, at: Places, shift: Places, cells: Cells, policy: Policy) -> tuple[Numbers, Numbers]:
    """Returns the held-out quality by row, exploring and greedy: every honest user, by weight, asks every prompt."""
    tasks, chance = len(streams.table.tasks), np.random.default_rng(11)
    user, task = (each.ravel() for each in np.meshgrid(np.arange(USERS), np.arange(tasks), indexing="ij"))
    played, greedy = np.empty(len(at)), np.empty(len(at))
    for row, seed in enumerate(at):
        boards = cells.boards(np.full_like(user, row), user, task)
        weight = streams.weight[seed][user] * streams.share[seed][task]
        held = np.roll(streams.held[seed], -shift[row], axis=-1)[task]
        played[row] = weight @ (policy.chances(boards, chance) * held).sum(-1)
        greedy[row] = weight @ held[np.arange(len(task)), policy.score(boards).argmax(-1)]
    return played, greedy
