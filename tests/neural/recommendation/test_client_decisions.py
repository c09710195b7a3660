"""RecordDecisions: decisions of clients are stored once, for their tenant, within their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from neural.recommendation.client_decisions import AGE_MAX
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2
from tests.neural.fixtures.calls import call_status
from tests.neural.fixtures.service import ACME, OPERATOR, NeuralService, open_service, wait_until
from tests.support.suite import token

STORED = "SELECT * FROM neural.neural_routing_recommendations WHERE tenant_id = $1 ORDER BY decision_id, decided_at"
ERASED = """
INSERT INTO ingest.erasures (tenant_id, erasure_id, user_id, user_digest, asked_at, rows_erased, queued_until)
VALUES ('acme', gen_random_uuid(), 'u', encode(sha256('acme/u'), 'hex'), now(), 0, 0)
"""
GLOBEX = token("globex", "service")
DAY = timedelta(days=1)


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[NeuralService]:
    """Gives a running service."""
    async with open_service(database_url, redis_url) as service:
        yield service


def decision(number: int, *, age: timedelta = timedelta(), **fields: Any) -> pb.ClientDecision:
    """Returns a decision for model m of m and n."""
    stated: dict[str, Any] = {
        "decision_id": f"d{number}",
        "user_id": "u",
        "task_type": "chat",
        "model": "m",
        "propensity": 0.25,
        "candidates": ["m", "n"],
        "strategy": scoring_pb2.STRATEGY_THOMPSON,
        "scope": scoring_pb2.SCOPE_TENANT,
        "score": 0.6,
        "confidence": 0.4,
        "table_version": 3,
        **fields,
    }
    message = pb.ClientDecision(**stated)
    message.decide_time.FromDatetime(datetime.now(UTC) - age)
    return message


async def record(neural: NeuralService, *decisions: pb.ClientDecision, caller: Any = ACME) -> tuple[int, int, int]:
    """Records decisions and returns how many were recorded, repeated and expired."""
    found = await neural.call("RecordDecisions", pb.RecordDecisionsRequest(decisions=decisions), caller)
    return found.recorded, found.repeated_decisions, found.expired


async def test_recorded_decision_has_the_stated_values(neural: NeuralService) -> None:
    assert await record(neural, decision(1)) == (1, 0, 0)
    (row,) = await neural.rows(STORED, "acme")
    assert (row["decision_id"], row["user_id"], row["task_type"], row["domain_mode"]) == ("d1", "u", "chat", "general")
    assert (row["model"], row["propensity"], row["candidates"]) == ("m", 0.25, ["m", "n"])
    assert (row["strategy"], row["scope"], row["score"], row["confidence"]) == ("thompson", "tenant", 0.6, 0.4)
    assert (row["table_version"], row["stated_by_client"]) == (3, True)


async def test_repeated_decision_counts_once(neural: NeuralService) -> None:
    first = [decision(number) for number in range(3)]
    assert await record(neural, *first, first[0]) == (3, 1, 0)
    assert await record(neural, *first, decision(3)) == (1, 3, 0)
    assert await record(neural, decision(3, age=DAY, propensity=0.5)) == (0, 1, 0)
    answers = await asyncio.gather(*(record(neural, *first, decision(9)) for _ in range(8)))
    assert sum(recorded for recorded, _, _ in answers) >= 1
    assert {row["decision_id"] for row in await neural.rows(STORED, "acme")} == {"d0", "d1", "d2", "d3", "d9"}


async def test_decision_of_one_tenant_does_not_exist_for_another(neural: NeuralService) -> None:
    assert await record(neural, decision(1)) == (1, 0, 0)
    assert await record(neural, decision(1), caller=GLOBEX) == (1, 0, 0)
    assert len(await neural.rows(STORED, "acme")) == len(await neural.rows(STORED, "globex")) == 1
    foreign = pb.RecordDecisionsRequest(tenant_id="acme", decisions=[decision(2)])
    assert (await call_status(neural, "RecordDecisions", foreign, GLOBEX))[0] == "PERMISSION_DENIED"
    reader = token("acme", "expert")
    own = pb.RecordDecisionsRequest(decisions=[decision(2)])
    assert (await call_status(neural, "RecordDecisions", own, reader))[0] == "PERMISSION_DENIED"
    assert (await neural.call("RecordDecisions", foreign, OPERATOR)).recorded == 1


async def test_old_decision_is_counted_as_expired(neural: NeuralService) -> None:
    young = decision(1, age=AGE_MAX - timedelta(minutes=1))
    assert await record(neural, young, decision(2, age=AGE_MAX + timedelta(minutes=1))) == (1, 0, 1)
    assert [row["decision_id"] for row in await neural.rows(STORED, "acme")] == ["d1"]


async def test_decision_is_not_stored_after_the_erasure_of_its_user(neural: NeuralService) -> None:
    await neural.connection.execute(ERASED)
    assert await record(neural, decision(1, age=timedelta(minutes=1)), decision(2, user_id="v")) == (1, 0, 0)
    assert [row["user_id"] for row in await neural.rows(STORED, "acme")] == ["v"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"decision_id": ""}, "decisions[1].decision_id"),
        ({"decision_id": "a b"}, "decisions[1].decision_id"),
        ({"propensity": 0}, "decisions[1].propensity"),
        ({"propensity": 1.5}, "decisions[1].propensity"),
        ({"propensity": float("nan")}, "decisions[1].propensity"),
        ({"model": ""}, "decisions[1].model"),
        ({"candidates": ["n"]}, "decisions[1].model"),
        ({"candidates": ["m", "m"]}, "decisions[1].candidates"),
        ({"task_type": ""}, "decisions[1].task_type"),
        ({"score": 1.01}, "decisions[1].score"),
        ({"age": -DAY}, "decisions[1].decide_time"),
        ({"age": 20_000 * DAY}, "decisions[1].decide_time"),
    ],
)
async def test_invalid_decision_is_refused_by_its_path(
    neural: NeuralService, fields: dict[str, Any], path: str
) -> None:
    request = pb.RecordDecisionsRequest(decisions=[decision(1), decision(2, **fields)])
    code, paths, _ = await call_status(neural, "RecordDecisions", request)
    assert (code, set(paths)) == ("INVALID_ARGUMENT", {path})
    assert await neural.rows(STORED, "acme") == []


async def test_service_decision_takes_precedence_over_a_stated_one(neural: NeuralService) -> None:
    answer = await neural.ask()
    stored = "SELECT propensity, stated_by_client FROM neural.neural_routing_recommendations WHERE decision_id = $1"

    async def is_logged() -> bool:
        return bool(await neural.rows(stored, answer.decision_id))

    await wait_until(5, is_logged)
    forged = decision(1, decision_id=answer.decision_id, propensity=0.001)
    assert await record(neural, forged) == (0, 1, 0)
    ((propensity, is_stated),) = await neural.rows(stored, answer.decision_id)
    assert (propensity, is_stated) == (answer.propensity, False)


async def test_names_of_models_are_stored_as_in_decisions_of_the_service(neural: NeuralService) -> None:
    names = ["openai/gpt-4o", "gpt-4o-2024-08-06", "n"]
    assert await record(neural, decision(1, model=names[0], candidates=names)) == (1, 0, 0)
    (stored,) = await neural.rows(STORED, "acme")
    assert (stored["model"], stored["candidates"]) == ("gpt-4o", ["gpt-4o", "n"])
