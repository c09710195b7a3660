"""Chaos test: the comparison finds lost, duplicated, unexpected and changed facts."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg

from bench.resilience.chaos.load.events import Event, EventGenerator
from bench.resilience.chaos.load.recordings import marked_wav
from bench.resilience.chaos.record.ledger import Ledger
from bench.resilience.chaos.record.queries import SQL
from bench.resilience.chaos.record.verification import Findings, compare
from kit.objects import ObjectStore, open_store
from radiant.ingest.v1 import ingest_service_pb2
from tests.bench.fixtures.chaos import acknowledged, events_of, sizes, sounds


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
            "0 AS experiment_epoch, false AS output_id_foreign, '' AS decision_strategy, "
            "'{}'::text[] AS decision_candidates) d",
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


async def test_comparison_of_correct_database_finds_nothing(database_url: str) -> None:
    events = events_of(1)
    await store(database_url, events)
    found = await compare(database_url, acknowledged(events))
    assert sizes(found) == (0, 0, 0)
    assert found.counts["requests acknowledged"] == len(events)
    for kind, names in (
        ("outputs", [n for e in events for n in e.outputs]),
        ("signals", [m for e in events for m in e.marks]),
    ):
        assert found.counts[f"{kind} acknowledged"] == found.counts[f"{kind} stored"] == len(names) > 0


async def test_comparison_finds_every_kind_of_loss(database_url: str) -> None:
    events = events_of(1)
    await store(database_url, events)
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
    lost, doubled, strange = sizes(await compare(database_url, acknowledged(events)))
    assert (lost, doubled) == (5, 0)
    assert strange == 1  # the manifest without its output


async def test_comparison_finds_duplicates_unexpected_facts_and_changed_answers(database_url: str) -> None:
    events = events_of(1)
    await store(database_url, events)
    mark = next(mark for event in events for mark in event.marks)
    connection = await asyncpg.connect(database_url)
    try:
        await _store_signal(connection, "acme", mark)
        await _store_signal(connection, "acme", "never-sent")
    finally:
        await connection.close()
    ledger = acknowledged(events[1:])
    ledger.record_sent(events[0])
    ledger.record_answer(events[0], b"another")
    assert sizes(await compare(database_url, ledger)) == (0, 1, 2)
    ledger.record_answer(events[0], b"a third")
    assert len(ledger.changed) == 1


async def test_comparison_of_recordings_finds_loss_repetition_and_failure(database_url: str, tmp_path: Path) -> None:
    generator, ledger = EventGenerator(1, "acme", "a"), Ledger()
    events = [generator.spoken_comment(marked_wav(sound, number)) for number, sound in enumerate(sounds() * 2)]
    audio = open_store(str(tmp_path))
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(SQL["observe_completions"])
        for number, event in enumerate(events):
            voice_id = str(uuid.UUID(int=number))
            await _store_recording(connection, audio, event, voice_id)
            ledger.record_sent(event)
            answer = ingest_service_pb2.SubmitVoiceFeedbackResponse(voice_id=voice_id)
            ledger.record_answer(event, answer.SerializeToString())
        await connection.execute("UPDATE ingest.voice_feedback SET status = 'completed'")
        found = await compare(database_url, ledger, str(tmp_path))
        assert [len(found.duplicated), len(found.unprocessed), *_recording_findings(found)] == [0, 0, 0, 0]
        assert found.counts["recordings acknowledged"] == found.counts["recordings stored"] == len(events)
        lost, silent, failed, twice, waiting = (str(uuid.UUID(int=number)) for number in range(5))
        await connection.execute("DELETE FROM ingest.voice_feedback WHERE voice_id = $1", lost)
        await audio.delete(silent)
        for status, voice_id in (("failed", failed), ("pending", twice), ("completed", twice), ("pending", waiting)):
            statement = "UPDATE ingest.voice_feedback SET status = $1 WHERE voice_id = $2"
            await connection.execute(statement, status, voice_id)
    finally:
        await connection.close()
    found = await compare(database_url, ledger, str(tmp_path))
    assert _recording_findings(found) == [2, 0]
    assert [text.split()[2] for text in found.duplicated] == [failed, twice]  # "failed" followed "completed"
    assert [text.split()[2] for text in found.unprocessed] == [failed, waiting]


def _recording_findings(found: Findings) -> list[int]:
    return [sum(text.startswith("recording:") for text in texts) for texts in (found.lost, found.unexpected)]


async def _store_recording(connection: asyncpg.Connection, audio: ObjectStore, event: Event, voice_id: str) -> None:
    recording = event.recording
    assert recording is not None

    async def chunks() -> AsyncIterator[bytes]:
        yield recording.audio

    await audio.put(voice_id, chunks())
    await connection.execute(
        "INSERT INTO ingest.voice_feedback (tenant_id, output_id, user_id, voice_id, created_at, audio_key, "
        "audio_format, source) VALUES ($1, $2, $3, $4::uuid, now(), $4::uuid::text, 'wav', 'api')",
        event.tenant,
        recording.output,
        recording.user,
        voice_id,
    )
