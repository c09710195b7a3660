"""Rows that earlier versions stored under ids that are not user keys are erased, exported and listed by the key."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.services import SERVICES_WITH_SCHEMA
from kit.postgres.migrate import migrate, migrations_of
from kit.postgres.roles import ensure_role
from radiant.ingest.v1 import ingest_service_pb2 as pb
from splits.user_keys import user_key
from tests.ingest.fixtures.service import CALLER, manifest, new_id, open_service, thumb
from tests.splits.test_user_keys import CASES
from tests.support.servers import ROLE_PASSWORD
from tests.support.suite import token

ADMIN = token("acme", "admin")
OLD = ("Alice ", "\u200bAlice", "\uff21lice")
"""Ids of rows of an earlier version, all of the user Alice."""
VOTE = """
INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source, user_agent,
  client_time, request_id) VALUES ('acme', 'o', $1, 1, '{}', '', 'api', '', now(), gen_random_uuid())
"""
SIGNAL = """
INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)
VALUES ('acme', 'o', $1, gen_random_uuid(), now(), 'copy_response', 0.7)
"""
DECISION = """
INSERT INTO neural.neural_routing_recommendations (tenant_id, decision_id, decided_at, user_id, task_type, domain_mode,
  model, propensity, strategy, scope, score, confidence, table_version)
VALUES ('acme', gen_random_uuid()::text, now(), $1, 'chat', 'general', 'm', 1, 'greedy', 'tenant', 0.5, 0, 1)
"""
ASSIGNMENT = """
INSERT INTO experiments.ab_experiment_assignments (tenant_id, experiment_id, epoch, user_id, variant, analysed, reason)
VALUES ('acme', gen_random_uuid(), 1, $1, 'control', true, 'bucket')
"""
NEW = {"ingest": 11, "neural": 12, "experiments": 12}
"""First migration of each service that an earlier version did not have."""


async def old_database(url: str) -> None:
    """Creates the schemas of an earlier version with rows of the user, and then applies all migrations."""
    connection = await asyncpg.connect(url)
    try:
        for service in SERVICES_WITH_SCHEMA:
            await ensure_role(connection, service.role, ROLE_PASSWORD)
        for service in SERVICES_WITH_SCHEMA:
            known = migrations_of(service.module)
            end = NEW.get(service.name, known[-1].number + 1)
            await migrate(connection, service.schema, [each for each in known if each.number < end])
        assert await connection.fetchval("SELECT to_regclass('ingest_api_v1.user_spellings')") is None
        for user in OLD:
            await connection.execute(SIGNAL, user)
        for statement, user in ((VOTE, OLD[0]), (DECISION, OLD[1]), (ASSIGNMENT, OLD[2]), (VOTE, "alice")):
            await connection.execute(statement, user)
        for service in SERVICES_WITH_SCHEMA:
            await migrate(connection, service.schema, migrations_of(service.module))
    finally:
        await connection.close()


async def test_rows_of_earlier_spellings_are_exported_and_erased_by_any_spelling(
    empty_database_url: str, redis_url: str
) -> None:
    await old_database(empty_database_url)
    async with open_service(empty_database_url, redis_url) as ingest:
        await ingest.call("SubmitExplicitFeedback", thumb("o", user="Alice"), CALLER)
        exported: dict[str, set[str]] = defaultdict(set)
        request = pb.ExportUserRequest(user_id="Alice\u00a0")
        async for each in ingest.stub.ExportUser(request, metadata=ADMIN, timeout=30):
            exported[each.kind].add(json.loads(each.record_json)["user_id"])
        assert exported == {
            "explicit_feedback": {"Alice", "Alice "},
            "implicit_signals": set(OLD),
            "neural_routing_recommendations": {OLD[1]},
            "ab_experiment_assignments": {OLD[2]},
        }
        forget = pb.ForgetUserRequest(request_id=new_id(), user_id="\u200bAlice")
        answer = await ingest.call("ForgetUser", forget, ADMIN)
        assert answer.rows_erased == 5
        left = await ingest.rows(
            "SELECT user_id FROM ingest.explicit_feedback UNION SELECT user_id FROM ingest.implicit_signals"
        )
        assert [row["user_id"] for row in left] == ["alice"], "ids that differ in case are other users"
        pending = await ingest.rows("SELECT user_id FROM ingest.erasures")
        assert {row["user_id"] for row in pending} == {"Alice", *OLD}, "the other services erase each spelling"
        assert await ingest.call("ForgetUser", forget, ADMIN) == answer


async def test_list_of_outputs_contains_those_of_earlier_spellings(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as ingest:
        for number in range(3):
            recorded = manifest(f"o{number}")
            recorded.manifest.user_id = "Alice"
            await ingest.call("RecordManifest", recorded)
        await ingest.rows("UPDATE ingest.execution_manifests SET user_id = $1 WHERE output_id = 'o1'", OLD[0])
        await ingest.rows("UPDATE ingest.execution_manifests SET user_id = 'alice' WHERE output_id = 'o2'")
        request = pb.ListOutputsRequest(user_id=OLD[1], start_time=manifest("o").manifest.create_time)
        listed = await ingest.call("ListOutputs", request, ADMIN)
    assert {each.output_id for each in listed.outputs} == {"o0", "o1"}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Yields a connection of the superuser."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def test_key_in_sql_equals_the_published_vectors(connection: asyncpg.Connection) -> None:
    short = [case for case in CASES if len(case["user_id"]) <= 200 and "\0" not in case["user_id"]]
    rows = await connection.fetch(
        "SELECT ingest_api_v1.user_key(u) AS key FROM unnest($1::text[]) WITH ORDINALITY AS t (u, n) ORDER BY n",
        [case["user_id"] for case in short],
    )
    assert [row["key"] for row in rows] == [case["user_key"] for case in short]


async def test_key_in_sql_equals_the_key_of_every_character(connection: asyncpg.Connection) -> None:
    codes = [code for code in range(1, 0x110000) if unicodedata.category(chr(code)) not in ("Cs", "Cn")]
    texts = [f"{chr(code)}.{chr(code)}" for code in codes]
    rows = await connection.fetch(
        "SELECT ingest_api_v1.user_key(u) AS key FROM unnest($1::text[]) WITH ORDINALITY AS t (u, n) ORDER BY n", texts
    )
    different = [code for code, text, row in zip(codes, texts, rows, strict=True) if row["key"] != user_key(text)]
    assert different == []
