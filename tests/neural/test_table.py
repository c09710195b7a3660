"""The process's own table: bounded, and never older than what it heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

import pytest

from neural.boards.table import BoardTable
from neural.domain.constraints import Demand
from neural.domain.model import Board, BoardKey
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from tests.neural.plain_boards import KEY, board, revision


class Scripted:
    """A cache without anything and a source whose answers take as long as the test likes."""

    def __init__(self) -> None:
        """Answers at once until told otherwise."""
        self.number, self.go, self.reading = 1, asyncio.Event(), asyncio.Event()
        self.go.set()

    async def get(self, keys: Sequence[BoardKey]) -> dict[BoardKey, Board]:
        """Has nothing."""
        return {}

    async def put(self, boards: Iterable[Board]) -> bool:
        """Keeps nothing."""
        return True

    async def read(self, tenant: str, keys: Iterable[BoardKey]) -> list[Board]:
        """Reads first and answers when it may."""
        number, wanted = self.number, list(keys)
        self.reading.set()
        await self.go.wait()
        return [board(revision(number), number, key) for key in wanted]


async def test_a_change_during_the_reading_reaches_the_next_question() -> None:
    scripted = Scripted()
    table = BoardTable(scripted, scripted, 100)
    table.alive()
    recommender = Recommender(table, DecisionLog(None, 10), RecommendSettings())  # type: ignore[arg-type]
    demand = Demand(user_id="", task_type="chat", domain_mode="general")

    async def ask() -> int:
        decision = recommender.ready("acme", b"q") or await recommender.decide("acme", b"q", demand)
        return decision.prepared.boards[-1].rows["m"].total

    scripted.go.clear()
    first = asyncio.create_task(ask())
    await scripted.reading.wait()
    scripted.number = 2
    table.invalidate([KEY])
    scripted.go.set()
    assert await first == 1
    assert await ask() == 2
    scripted.number = 3
    assert await ask() == 2
    table.clear()
    assert await ask() == 3


async def test_entries_hold_half_a_second_while_nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted = Scripted()
    table = BoardTable(scripted, scripted, 100)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    seen = []
    for seconds in (0, 0.4, 0.2):
        now += seconds
        seen.append((await table.boards("acme", [KEY]))[0].rows["m"].total)
        scripted.number += 1
    assert seen == [1, 1, 3]
    table.alive()
    now += 2.9
    table.alive()
    assert (await table.boards("acme", [KEY]))[0].rows["m"].total == 3
    now += 3.1
    assert (await table.boards("acme", [KEY]))[0].rows["m"].total == 4


async def test_the_table_is_bounded() -> None:
    scripted = Scripted()
    table = BoardTable(scripted, scripted, 3)
    keys = [BoardKey("acme", f"u{number}", "chat", "general") for number in range(5)]
    for key in keys:
        await table.boards("acme", [key])
    assert [key for key in keys if table.peek(key) is not None] == keys[2:]
