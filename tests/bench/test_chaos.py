"""Chaos test: the comparison finds lost, duplicated, unexpected and changed facts; the proxy disturbs connections."""

import asyncio
import dataclasses

import asyncpg
import grpc
import pytest

from bench.resilience.chaos.events import Event, EventGenerator
from bench.resilience.chaos.ledger import Ledger
from bench.resilience.chaos.proxy import Proxy
from bench.resilience.chaos.verification import Findings, compare
from cli.embedded.process import free_port
from kit.rpc.status import internal


def acknowledged_events(seed: int = 1) -> Ledger:
    """Returns a ledger with 100 acknowledged events."""
    ledger, generator = Ledger(), EventGenerator(seed, "acme", "a")
    while len(ledger.sent) < 100:
        for event in generator.next():
            ledger.record_sent(event)
            ledger.record_answer(event, event.request_id.encode())
    return ledger


async def store(url: str, events: list[Event]) -> None:
    """Stores the facts of the events as the services do."""
    connection = await asyncpg.connect(url)
    try:
        for event in events:
            await _store(connection, event)
    finally:
        await connection.close()


async def _store(connection: asyncpg.Connection, event: Event) -> None:
    await connection.execute(
        "INSERT INTO ingest.requests (tenant_id, request_id, method, fingerprint, answer) VALUES ($1, $2, $3, '', $4)",
        event.tenant,
        event.request_id,
        event.method,
        event.request_id.encode(),
    )
    for output in event.outputs:
        await connection.execute(
            "INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint) "
            "VALUES ($1, $2, now(), '', '')",
            event.tenant,
            output,
        )
        await connection.execute(
            "INSERT INTO ingest.execution_manifests SELECT (jsonb_populate_record(NULL::ingest.execution_manifests, "
            "to_jsonb(d))).* FROM (SELECT $1::text AS tenant_id, $2::text AS output_id, now() AS created_at, "
            "'' AS user_id, '' AS conversation_id, '' AS message_id, '' AS request_type, '' AS task_type, "
            "'' AS domain_mode, 0 AS input_tokens, '{}'::text[] AS models_used, '{}'::text[] AS model_versions, "
            "'' AS orchestration_id, '' AS orchestration_name, '{}'::text[] AS services_used, "
            "'{}'::jsonb AS thermal_states, '{}'::jsonb AS provider_health, '' AS brain_reasoning, "
            "false AS verification_failed, false AS contradiction_found, "
            "false AS was_user_override, 0 AS output_tokens, 0 AS total_latency_ms, 0 AS total_cost, "
            "false AS was_streamed, '[]'::jsonb AS steps, '' AS decision_id, now() AS recorded_at, '' AS variant, "
            "0 AS experiment_epoch) d",
            event.tenant,
            output,
        )
    for mark in event.marks:
        await _store_signal(connection, event.tenant, mark)
    for vote in event.votes:
        await connection.execute(
            "INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source, "
            "user_agent, client_time, request_id) VALUES ($1, $2, $3, $4, '{}', '', '', '', "
            "timestamptz 'epoch' + $5 * interval '1 microsecond', $6) ON CONFLICT (tenant_id, output_id, user_id) "
            "DO UPDATE SET client_time = excluded.client_time, request_id = excluded.request_id, "
            "rating = excluded.rating WHERE excluded.client_time > explicit_feedback.client_time",
            event.tenant,
            vote.output,
            vote.user,
            vote.rating,
            vote.time_us,
            vote.request_id,
        )
    if (each := event.withdrawal) is not None:
        await connection.execute(
            "INSERT INTO ingest.retractions AS r (tenant_id, output_id, user_id, implicit_until) VALUES ($1, $2, $3, "
            "timestamptz 'epoch' + $4 * interval '1 microsecond') ON CONFLICT (tenant_id, output_id, user_id) "
            "DO UPDATE SET implicit_until = greatest(r.implicit_until, excluded.implicit_until)",
            event.tenant,
            each.output,
            each.user,
            each.until_us,
        )


async def _store_signal(connection: asyncpg.Connection, tenant: str, mark: str) -> None:
    await connection.execute(
        "INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, "
        "sentiment, signal_value) VALUES ($1, 'o', 'u', gen_random_uuid(), now(), 'regenerate', 0, "
        "jsonb_build_object('mark', $2::text))",
        tenant,
        mark,
    )


def sizes(found: Findings) -> tuple[int, int, int]:
    """Returns the numbers of lost, duplicated and unexpected facts."""
    return len(found.lost), len(found.duplicated), len(found.unexpected)


async def test_comparison_of_correct_database_finds_nothing(database_url: str) -> None:
    ledger = acknowledged_events()
    await store(database_url, list(ledger.sent.values()))
    assert sizes(await compare(database_url, ledger)) == (0, 0, 0)


async def test_comparison_finds_every_kind_of_loss(database_url: str) -> None:
    ledger = acknowledged_events()
    await store(database_url, list(ledger.sent.values()))
    connection = await asyncpg.connect(database_url)
    try:
        for table in ("outputs", "implicit_signals", "explicit_feedback", "retractions", "requests"):
            async with connection.transaction():
                gone = await connection.fetchval(
                    f"WITH gone AS (DELETE FROM ingest.{table} WHERE ctid = (SELECT ctid FROM ingest.{table} "
                    f"WHERE tableoid = (SELECT min(tableoid::int8)::oid FROM ingest.{table}) LIMIT 1) RETURNING 1) "
                    "SELECT count(*) FROM gone"
                )
                assert gone == 1, table
    finally:
        await connection.close()
    lost, doubled, strange = sizes(await compare(database_url, ledger))
    assert (lost, doubled) == (5, 0)
    assert strange == 1  # the manifest without its output


async def test_comparison_finds_duplicates_unexpected_facts_and_changed_answers(database_url: str) -> None:
    ledger = acknowledged_events()
    events = list(ledger.sent.values())
    await store(database_url, events)
    mark = next(mark for event in events for mark in event.marks)
    connection = await asyncpg.connect(database_url)
    try:
        await _store_signal(connection, "acme", mark)
        await _store_signal(connection, "acme", "never-sent")
    finally:
        await connection.close()
    key = next(iter(ledger.answers))
    ledger.answers[key] = b"another"
    assert sizes(await compare(database_url, ledger)) == (0, 1, 2)
    ledger.record_answer(dataclasses.replace(ledger.sent[key]), b"a third")
    assert len(ledger.changed) == 1


def test_events_of_the_same_seed_are_equal() -> None:
    one, again, other = (list(acknowledged_events(seed).sent.values()) for seed in (5, 5, 6))
    assert one == again
    assert one != other


def test_internal_error_of_a_service_is_recorded_as_unexpected() -> None:
    ledger = Ledger()
    _, status = internal(RuntimeError("on purpose"))
    details = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    for trailing in (grpc.aio.Metadata(), details):
        ledger.record_failure("X", grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), trailing))
    assert len(ledger.internal_errors) == 1


async def test_call_beyond_its_deadline_is_recorded() -> None:
    ledger = Ledger(slack_s=0.5)
    ledger.record_duration("X", 1.4, 1.0)
    assert ledger.hung == []
    ledger.record_duration("X", 1.6, 1.0)
    assert len(ledger.hung) == 1
    assert ledger.overrun_max_s == pytest.approx(0.6)


async def test_proxy_disturbs_and_restores_connections() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                writer.write(data)
        finally:
            writer.close()

    port = free_port()
    server = await asyncio.start_server(echo, "127.0.0.1", port)
    proxy = Proxy(port)
    await proxy.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        assert await reader.read(1) == b"a"
        proxy.stall()
        writer.write(b"b")
        read = asyncio.create_task(reader.read(1))
        assert (await asyncio.wait([read], timeout=0.2))[0] == set()
        proxy.resume()
        assert await read == b"b"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"c")
        assert await reader.read(1) == b"c"
        proxy.cut()
        assert await asyncio.wait_for(reader.read(1), 5) == b""
        writer.close()
        await proxy.restore()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"d")
        assert await reader.read(1) == b"d"
        writer.close()
    finally:
        await proxy.close()
        server.close()
        await asyncio.sleep(0.1)  # transports are closed in the next iterations of the loop
