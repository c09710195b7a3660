"""Board table of the process: size, expiry and invalidation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

import pytest

from neural.boards.table import BoardTable
from neural.domain.constraints import RankingRequest
from neural.domain.model import Board, BoardKey
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from tests.neural.fixtures.boards import KEY, board, revision


class ControlledSource:
    """An empty cache, and a source whose answers the test can delay."""

    def __init__(self) -> None:
        """Starts without a delay."""
        self.number, self.go, self.reading = 1, asyncio.Event(), asyncio.Event()
        self.go.set()

    async def get(self, keys: Sequence[BoardKey]) -> dict[BoardKey, Board]:
        """Returns no boards."""
        return {}

    async def put(self, boards: Iterable[Board]) -> bool:
        """Stores no boards."""
        return True

    async def read(self, tenant: str, keys: Iterable[BoardKey]) -> list[Board]:
        """Reads the boards, and returns them when `go` is set."""
        number, wanted = self.number, list(keys)
        self.reading.set()
        await self.go.wait()
        return [board(revision(number), number, key) for key in wanted]


async def test_change_during_board_read_applies_to_next_request() -> None:
    source = ControlledSource()
    table = BoardTable(source, source, 100)
    table.note_heartbeat()
    recommender = Recommender(table, DecisionLog(None, 10), RecommendSettings())  # type: ignore[arg-type]
    request = RankingRequest(user_id="", task_type="chat", domain_mode="general")

    async def ask() -> int:
        decision = recommender.decide_prepared("acme", b"q") or await recommender.decide("acme", b"q", request)
        return decision.prepared.boards[-1].rows["m"].total

    source.go.clear()
    first = asyncio.create_task(ask())
    await source.reading.wait()
    source.number = 2
    table.invalidate([KEY])
    source.go.set()
    assert await first == 1
    assert await ask() == 2
    source.number = 3
    assert await ask() == 2
    table.clear()
    assert await ask() == 3


async def test_entry_while_disconnected_expires_after_half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ControlledSource()
    table = BoardTable(source, source, 100)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    seen = []
    for seconds in (0, 0.4, 0.2):
        now += seconds
        seen.append((await table.boards("acme", [KEY]))[0].rows["m"].total)
        source.number += 1
    assert seen == [1, 1, 3]
    table.note_heartbeat()
    now += 2.9
    table.note_heartbeat()
    assert (await table.boards("acme", [KEY]))[0].rows["m"].total == 3
    now += 3.1
    assert (await table.boards("acme", [KEY]))[0].rows["m"].total == 4


async def test_table_removes_least_recently_used_boards() -> None:
    source = ControlledSource()
    table = BoardTable(source, source, 3)
    keys = [BoardKey("acme", f"u{number}", "chat", "general") for number in range(5)]
    for key in keys:
        await table.boards("acme", [key])
    assert [key for key in keys if table.peek(key) is not None] == keys[2:]
