"""Local table: snapshots, changes, reconnects, versions, lookup order and staleness."""

import time
from collections.abc import AsyncIterator

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from radiant_client import Connection, Decision, LocalTable, open_channel
from tests.client.fixtures.fake_services import FakeSuite, StatusError, entry, eventually, part


@pytest.fixture
async def table(connection: Connection) -> AsyncIterator[LocalTable]:
    """Yields a table that receives the stream of the fake."""
    following = LocalTable(connection, user_ids=["u1"], task_types=["chat"], follow_interval=0.0)
    following.start()
    yield following
    await following.close()


def reasoning_of(decision: Decision | None) -> str:
    """Returns the reasoning, which identifies the entry."""
    return decision.reasoning if decision else "none"


async def test_snapshot_incomplete_is_not_used_until_complete(fake: FakeSuite, table: LocalTable) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0}), complete=False))
    assert not await table.ready(0.1)
    assert table.decide("u1", "chat", "general") is None
    assert table.staleness_ms == float("inf")
    fake.recommend.parts.put_nowait(part(entry({"b": 0.25, "c": 0.75}, "u1", "chat", "general")))
    assert await table.ready(5)
    decision = table.decide("u1", "chat", "general", excluded=["c"])
    assert decision is not None
    assert (decision.model, decision.propensity, decision.source) == ("b", 1.0, "table")
    assert (decision.scope, decision.confidence, decision.score) == ("tenant", 0.8, 0.25)
    assert decision.staleness_ms < 5000
    watched = fake.recommend.watches[0]
    assert (list(watched.user_ids), list(watched.task_types)) == (["u1"], ["chat"])


async def test_decision_with_several_matching_entries_uses_the_narrowest_eligible_one(
    fake: FakeSuite, table: LocalTable
) -> None:
    fake.recommend.parts.put_nowait(
        part(
            entry({"user": 1.0}, "u1", "chat", "medical"),
            entry({"domain": 1.0}, "", "chat", "medical"),
            entry({"task": 1.0}, "", "chat", ""),
            entry({"any": 1.0}, "", "", ""),
        )
    )
    assert await table.ready(5)
    assert reasoning_of(table.decide("u1", "chat", "medical")) == "u1/chat/medical"
    assert reasoning_of(table.decide("u2", "chat", "medical")) == "/chat/medical"
    assert reasoning_of(table.decide("u1", "chat", "")) == "/chat/"
    assert reasoning_of(table.decide("u1", "code", "legal")) == "//"
    assert reasoning_of(table.decide("u1", "chat", "medical", excluded=["user", "domain"])) == "/chat/"
    assert reasoning_of(table.decide("u1", "chat", "medical", candidates=["any"])) == "//"
    assert table.decide("u1", "chat", "medical", candidates=["other"]) is None
    assert [one.model for one in table.models("u1", "chat", "medical")] == ["user"]
    assert table.knows(["user", "any"])
    assert not table.knows(["user", "new"])


async def test_changed_entry_replaces_the_entry_and_empty_entry_removes_it(fake: FakeSuite, table: LocalTable) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0}, "", "chat"), entry({"z": 1.0})))
    assert await table.ready(5)
    fake.recommend.parts.put_nowait(part(entry({"b": 1.0}, "", "chat"), complete=False))
    await eventually(lambda: table.models("", "chat", "")[0].model == "b")
    fake.recommend.parts.put_nowait(part(entry({}, "", "chat"), complete=False))
    await eventually(lambda: table.models("", "chat", "")[0].model == "z")


async def test_new_version_replaces_the_table_when_complete(fake: FakeSuite, table: LocalTable) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0}, "", "chat"), entry({"z": 1.0}), version=1))
    assert await table.ready(5)
    fake.recommend.parts.put_nowait(part(entry({"b": 1.0}), version=2, complete=False))
    await eventually(fake.recommend.parts.empty)
    assert reasoning_of(table.decide("", "chat", "")) == "/chat/"
    assert table.version == 1
    fake.recommend.parts.put_nowait(part(version=2))
    await eventually(lambda: table.version == 2)
    assert [one.model for one in table.models("", "chat", "")] == ["b"]
    assert not table.knows(["a"])


async def test_stream_with_expired_token_is_reopened_and_counts_as_no_failure(
    fake: FakeSuite, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = iter(f"token-{number}" for number in range(100))
    connection = open_channel(fake.address, lambda: next(tokens))
    table = LocalTable(connection, task_types=["chat"])
    table.start()
    try:
        fake.recommend.parts.put_nowait(part(entry({"a": 1.0}, "", "chat")))
        assert await table.ready(5)
        fake.recommend.parts.put_nowait(StatusError(grpc.StatusCode.UNAUTHENTICATED, "expired", "TOKEN_EXPIRED"))
        await eventually(lambda: len(fake.recommend.watches) == 2)
        assert table.last_error is None
        assert caplog.records == []
        assert table.decide("", "chat", "") is not None
    finally:
        await table.close()
        await connection.close()


async def test_aborted_stream_is_reopened_and_entries_remain_usable(fake: FakeSuite, table: LocalTable) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0}, "", "chat")))
    assert await table.ready(5)
    fake.recommend.parts.put_nowait(None)
    await eventually(lambda: len(fake.recommend.watches) == 2)
    assert "stream aborted" in str(table.last_error)
    fake.recommend.parts.put_nowait(part(entry({"b": 1.0}), complete=False))
    await eventually(lambda: table.last_error is None)
    assert table.decide("", "chat", "", candidates=["a"]) is not None
    fake.recommend.parts.put_nowait(part())
    await eventually(lambda: [one.model for one in table.models("", "chat", "")] == ["b"])


async def test_silent_stream_is_reopened_after_the_timeout(fake: FakeSuite, connection: Connection) -> None:
    table = LocalTable(connection, silence=0.1)
    table.start()
    await eventually(lambda: len(fake.recommend.watches) >= 2)
    await table.close()


async def test_stale_table_decides_with_source_last_table(fake: FakeSuite, connection: Connection) -> None:
    table = LocalTable(connection, max_staleness=0.1)
    table.start()
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0})))
    assert await table.ready(5)

    def source() -> str:
        decision = table.decide("u", "chat", "")
        return decision.source if decision else ""

    await eventually(lambda: source() == "last_table")
    fake.recommend.parts.put_nowait(part())
    await eventually(lambda: source() == "table")
    await table.close()


async def test_expired_entry_decides_with_source_last_table(fake: FakeSuite, table: LocalTable) -> None:
    short = entry({"a": 1.0}, "", "chat", expire_time=Timestamp(seconds=1000, nanos=200_000_000))
    sent = part(short, entry({"b": 1.0}, expire_time=Timestamp(seconds=2000)))
    sent.send_time.CopyFrom(Timestamp(seconds=1000))
    fake.recommend.parts.put_nowait(sent)
    assert await table.ready(5)

    def source(task: str) -> str:
        decision = table.decide("", task, "")
        return decision.source if decision else ""

    await eventually(lambda: source("chat") == "last_table")
    assert source("code") == "table"


async def test_followed_user_is_requested_and_invalid_users_are_ignored(fake: FakeSuite, table: LocalTable) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0})))
    assert await table.ready(5)
    for user in ("u2", "u2", "", "a\nb", "x" * 201, "\ud800"):
        table.follow(user)
    await eventually(lambda: len(fake.recommend.watches) == 2)
    assert list(fake.recommend.watches[1].user_ids) == ["u1", "u2"]
    assert table.last_error is None
    assert table.decide("u2", "chat", "") is not None


async def test_decision_from_table_takes_less_than_200_microseconds(fake: FakeSuite, table: LocalTable) -> None:
    models = {f"model-{number}": 0.1 for number in range(10)}
    fake.recommend.parts.put_nowait(part(entry(models, "", "chat", "general")))
    assert await table.ready(5)
    began = time.perf_counter()
    for _ in range(2_000):
        table.decide("u1", "chat", "general", candidates=("model-1", "model-2", "model-3"))
    assert (time.perf_counter() - began) / 2_000 < 200e-6
