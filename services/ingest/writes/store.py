"""Stores a group of writes in one transaction: the facts, the learner's queue rows and the responses for repeats."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import asyncpg

from ingest.aliases.output_aliases import with_known_outputs
from ingest.domain.errors import request_id_reused
from ingest.domain.model import (
    FeedbackKind,
    ItemOutcome,
    Recording,
    Retraction,
    RetractionResult,
    Vote,
    Write,
    WriteResult,
)
from ingest.domain.vote_resolution import SubmittedVote, correct_outcomes, resolve_votes
from ingest.writes.manifests import store_manifests
from ingest.writes.outcomes import store_outcomes
from ingest.writes.signals import store_signals
from kit.errors import Conflict, RadiantError
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")

USER_LOCKS_MAX = 64
"""Largest number of users that a transaction locks individually. A larger one locks out every erasure of the tenant."""

ResponseEncoder = Callable[[Write, WriteResult], bytes]
"""Returns the response of a write, serialized. Raises RadiantError if nothing of the write was stored."""
_OutputUser = tuple[str, str]


class PostgresWriteStore:
    """Stores writes in PostgreSQL with the role of the service, under row-level security."""

    def __init__(self, database: Database, encode_response: ResponseEncoder) -> None:
        self._database, self._encode_response = database, encode_response

    async def commit(self, writes: Sequence[Write]) -> Sequence[bytes | RadiantError]:
        """Stores the writes in one transaction; see `ingest.domain.ports.WriteStore`.

        Tenants are processed in the order of their names, so that two groups with several tenants in common do not
        deadlock.
        """
        by_tenant: dict[str, list[int]] = defaultdict(list)
        for position, write in enumerate(writes):
            by_tenant[write.tenant_id].append(position)
        responses: dict[int, bytes | RadiantError] = {}
        async with self._database.transaction() as connection:
            for tenant in sorted(by_tenant):
                positions = by_tenant[tenant]
                tenant_writes = [writes[each] for each in positions]
                await _begin(connection, tenant, tenant_writes)
                answers = await self._commit_tenant(connection, tenant, tenant_writes)
                responses.update(zip(positions, answers, strict=True))
        return [responses[position] for position in range(len(writes))]

    async def stored_response(self, write: Write) -> bytes | None:
        """Returns the response if the write is a repeat, else None.

        Raises Invalid (REQUEST_ID_REUSED) if another request used the identifier.
        """
        async with self._database.tenant(write.tenant_id) as connection:
            rows = await connection.fetch(_SQL["stored_responses"], write.tenant_id, [str(write.request_id)])
        if not rows:
            return None
        response = _response_to_repeat(rows[0], write)
        if not isinstance(response, bytes):
            raise response
        return response

    async def is_recording_stored(self, tenant: str, voice_id: UUID) -> bool:
        """Returns whether a voice comment has a row."""
        async with self._database.tenant(tenant) as connection:
            return bool(await connection.fetchval(_SQL["is_recording_stored"], tenant, voice_id))

    async def _commit_tenant(
        self, connection: Connection, tenant: str, writes: Sequence[Write]
    ) -> list[bytes | RadiantError]:
        ids = [str(write.request_id) for write in writes]
        stored = {row["request_id"]: row for row in await connection.fetch(_SQL["stored_responses"], tenant, ids)}
        fresh = [write for write, request_id in zip(writes, ids, strict=True) if request_id not in stored]
        results = await _store(connection, tenant, fresh)
        responses: dict[UUID, bytes | RadiantError] = {}
        for write, result in zip(fresh, results, strict=True):
            try:
                responses[write.request_id] = self._encode_response(write, result)
            except RadiantError as refusal:
                responses[write.request_id] = refusal
        answered = [write for write in fresh if isinstance(responses[write.request_id], bytes)]
        await _store_responses(connection, tenant, answered, responses)
        for write, request_id in zip(writes, ids, strict=True):
            if (row := stored.get(request_id)) is not None:
                responses[write.request_id] = _response_to_repeat(row, write)
        return [responses[write.request_id] for write in writes]


async def _begin(connection: Connection, tenant: str, writes: Sequence[Write]) -> None:
    """Sets the tenant of the transaction and takes a shared lock on each user that it writes about.

    An erasure takes the same lock exclusively (ingest.forget_user), so that it sees all rows of a write or none. An
    outcome does not name its user, so that it locks out every erasure of the tenant.
    """
    users = {user for write in writes for user in write.users}
    locks_tenant = len(users) > USER_LOCKS_MAX or any(write.outcome is not None for write in writes)
    await connection.execute(_SQL["begin_writes"], tenant, [""] if locks_tenant else sorted(users))


def _response_to_repeat(row: asyncpg.Record, write: Write) -> bytes | RadiantError:
    is_same_request = row["method"] == write.method and row["fingerprint"] == write.fingerprint
    return bytes(row["answer"]) if is_same_request else request_id_reused(write)


async def _store_responses(
    connection: Connection, tenant: str, writes: Sequence[Write], responses: Mapping[UUID, bytes | RadiantError]
) -> None:
    if not writes:
        return
    ids = [write.request_id for write in writes]
    stored = await connection.fetchval(
        _SQL["store_responses"],
        tenant,
        ids,
        [write.method for write in writes],
        [write.fingerprint for write in writes],
        [responses[each] for each in ids],
    )
    if stored < len(writes):
        message = "Another process is handling a request with the same identifier. Retry to get its response."
        raise Conflict(message, reason="REQUEST_RACE")


async def _store(connection: Connection, tenant: str, writes: Sequence[Write]) -> list[WriteResult]:
    results = [WriteResult() for _ in writes]
    if any(write.manifests for write in writes):
        await store_manifests(connection, tenant, writes, results)
    writes = await with_known_outputs(connection, tenant, writes)
    if any(write.votes for write in writes):
        await _store_votes(connection, tenant, writes, results)
    if any(len(write.signals) for write in writes):
        await store_signals(connection, tenant, writes, results)
    recordings = [write.recording for write in writes if write.recording is not None]
    if recordings:
        text = json.dumps([_recording_row(each) for each in recordings])
        await connection.execute(_SQL["insert_recordings"], tenant, text)
    for write, result in zip(writes, results, strict=True):
        if write.retraction is not None:
            result.retraction = await _retract(connection, tenant, write.retraction)
    if any(write.outcome is not None for write in writes):
        await store_outcomes(connection, tenant, writes, results)
    await _look_up_manifests(connection, tenant, writes, results)
    return results


async def _look_up_manifests(
    connection: Connection, tenant: str, writes: Sequence[Write], results: Sequence[WriteResult]
) -> None:
    outputs = {write.votes[0].output_id for write in writes if write.needs_manifest_lookup}
    if not outputs:
        return
    known = {row["output_id"] for row in await connection.fetch(_SQL["stored_outputs"], tenant, list(outputs))}
    for write, result in zip(writes, results, strict=True):
        result.is_manifest_known = write.needs_manifest_lookup and write.votes[0].output_id in known


async def _store_votes(
    connection: Connection, tenant: str, writes: Sequence[Write], results: Sequence[WriteResult]
) -> None:
    submitted: dict[_OutputUser, list[tuple[int, int]]] = defaultdict(list)
    outcomes: list[list[ItemOutcome]] = []
    for number, write in enumerate(writes):
        outcomes.append([ItemOutcome.SUPERSEDED] * len(write.votes))
        for position, vote in enumerate(write.votes):
            submitted[vote.output_id, vote.user_id].append((number, position))
    outputs, users = zip(*submitted, strict=True)
    rows = await connection.fetch(_SQL["standing_votes"], tenant, list(outputs), list(users))
    standing = {(row["output_id"], row["user_id"]): _vote_from_row(row) for row in rows}
    resolutions = {
        key: resolve_votes(
            standing.get(key), [SubmittedVote(writes[n].votes[p], writes[n].request_id, p) for n, p in places]
        )
        for key, places in submitted.items()
    }
    winners = [each.winner for each in resolutions.values() if each.winner is not None]
    is_new_row: dict[_OutputUser, bool] = {}
    if winners:
        text = json.dumps([_vote_row(each) for each in winners])
        for row in await connection.fetch(_SQL["upsert_votes"], tenant, text):
            is_new_row[row["output_id"], row["user_id"]] = row["is_new_row"]
    for key, resolution in resolutions.items():
        found = resolution.outcomes
        if resolution.winner is not None:
            found = correct_outcomes(found, is_stored=key in is_new_row, is_new_row=is_new_row.get(key, False))
        for (number, position), outcome in zip(submitted[key], found, strict=True):
            outcomes[number][position] = outcome
    for result, vote_outcomes in zip(results, outcomes, strict=True):
        result.votes = vote_outcomes


def _vote_from_row(row: asyncpg.Record) -> SubmittedVote:
    vote = Vote(
        output_id=row["output_id"],
        user_id=row["user_id"],
        rating=row["rating"],
        categories=tuple(row["categories"]),
        comment=row["comment"],
        comment_language=row["comment_language"],
        source=row["source"],
        user_agent=row["user_agent"],
        time_us=row["time_us"],
    )
    return SubmittedVote(vote, UUID(row["request_id"]))


def _vote_row(submitted: SubmittedVote) -> dict[str, object]:
    vote = submitted.vote
    return {
        "output_id": vote.output_id,
        "user_id": vote.user_id,
        "rating": vote.rating,
        "categories": vote.categories,
        "comment": vote.comment,
        "comment_language": vote.comment_language,
        "source": vote.source,
        "user_agent": vote.user_agent,
        "time_us": vote.time_us,
        "request_id": str(submitted.request_id),
    }


def _recording_row(recording: Recording) -> dict[str, object]:
    return {
        "output_id": recording.output_id,
        "user_id": recording.user_id,
        "voice_id": str(recording.voice_id),
        "created_us": recording.created_us,
        "audio_key": recording.audio_key,
        "audio_format": recording.audio_format,
        "audio_bytes": recording.audio_bytes,
        "source": recording.source,
    }


async def _retract(connection: Connection, tenant: str, retraction: Retraction) -> RetractionResult:
    kinds = [kind in retraction.kinds for kind in (FeedbackKind.EXPLICIT, FeedbackKind.IMPLICIT, FeedbackKind.VOICE)]
    values = (tenant, retraction.output_id, retraction.user_id, retraction.until_us)
    row = await connection.fetchrow(_SQL["retract"], *values, *kinds)
    assert row is not None  # noqa: S101 - the query always returns one row
    return RetractionResult(is_explicit_retracted=row["explicit"], signals=row["signals"], voice=row["voice"])
