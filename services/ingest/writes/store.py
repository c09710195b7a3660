"""A group of writes in one transaction: facts, work for the learner, and answers for repeats."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from ingest.domain.model import (
    Kind,
    Manifest,
    ManifestVerdict,
    Outcome,
    Recording,
    Retracted,
    Retraction,
    Verdict,
    Vote,
    Write,
)
from ingest.domain.vote_resolution import Cast, count, recount
from ingest.writes.group_commit import reused
from ingest.writes.signals import store_signals
from kit.errors import Conflict, RadiantError
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")
_PRIVACY = load_queries("ingest", "privacy.sql")

HELD_MAX = 64
"""Users of one transaction that are held one by one; beyond, every erasure of the tenant waits for it."""


class PostgresStore:
    """Keeps writes in PostgreSQL, as the service's own role, under row-level security."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def commit(self, writes: Sequence[Write]) -> Sequence[bytes | RadiantError]:
        """Stores the writes in one transaction; see `ingest.domain.ports.Store`.

        Tenants come in order, so that two groups that share several do not wait for each other.
        """
        by_tenant: dict[str, list[int]] = defaultdict(list)
        for position, write in enumerate(writes):
            by_tenant[write.tenant_id].append(position)
        answers: dict[int, bytes | RadiantError] = {}
        async with self._database.transaction() as connection:
            for tenant in sorted(by_tenant):
                positions = by_tenant[tenant]
                await _begin(connection, tenant, [writes[each] for each in positions])
                outcomes = await _commit_tenant(connection, tenant, [writes[each] for each in positions])
                answers.update(zip(positions, outcomes, strict=True))
        return [answers[position] for position in range(len(writes))]

    async def answered(self, write: Write) -> bytes | None:
        """Returns the answer that the write got before; raises Invalid when its identifier named another request."""
        async with self._database.tenant(write.tenant_id) as connection:
            rows = await connection.fetch(_SQL["stored_answers"], write.tenant_id, [str(write.request_id)])
        if not rows:
            return None
        answer = _told_before(rows[0], write)
        if not isinstance(answer, bytes):
            raise answer
        return answer

    async def voice_known(self, tenant: str, voice_id: UUID) -> bool:
        """Tells whether a spoken comment is stored."""
        async with self._database.tenant(tenant) as connection:
            return bool(await connection.fetchval(_SQL["voice_known"], tenant, voice_id))


async def _begin(connection: Connection, tenant: str, writes: Sequence[Write]) -> None:
    """Turns the transaction to a tenant, and holds the users that it writes of.

    Whoever is being forgotten right now is waited for, and the other way round: an erasure sees all of a write or
    nothing of it. What comes after the erasure is a new user's. See ingest.forget_user in SQL.
    """
    users = {user for write in writes for user in write.users}
    await connection.execute(_PRIVACY["begin_writes"], tenant, sorted(users) if len(users) <= HELD_MAX else [""])


def _told_before(row: asyncpg.Record, write: Write) -> bytes | RadiantError:
    same = row["method"] == write.method and row["fingerprint"] == write.fingerprint
    return bytes(row["answer"]) if same else reused(write)


async def _commit_tenant(connection: Connection, tenant: str, writes: Sequence[Write]) -> list[bytes | RadiantError]:
    ids = [str(write.request_id) for write in writes]
    stored = {row["request_id"]: row for row in await connection.fetch(_SQL["stored_answers"], tenant, ids)}
    fresh = [write for write, name in zip(writes, ids, strict=True) if name not in stored]
    verdicts = await _store(connection, tenant, fresh)
    answered: dict[UUID, bytes | RadiantError] = {}
    for write, verdict in zip(fresh, verdicts, strict=True):
        try:
            answered[write.request_id] = write.answer(verdict)
        except RadiantError as refusal:
            answered[write.request_id] = refusal
    await _keep(
        connection, tenant, [write for write in fresh if isinstance(answered[write.request_id], bytes)], answered
    )
    for write, name in zip(writes, ids, strict=True):
        if (row := stored.get(name)) is not None:
            answered[write.request_id] = _told_before(row, write)
    return [answered[write.request_id] for write in writes]


async def _keep(
    connection: Connection, tenant: str, writes: Sequence[Write], answers: Mapping[UUID, bytes | RadiantError]
) -> None:
    if not writes:
        return
    ids = [write.request_id for write in writes]
    kept = await connection.fetchval(
        _SQL["store_answers"],
        tenant,
        ids,
        [write.method for write in writes],
        [write.fingerprint for write in writes],
        [answers[each] for each in ids],
    )
    if kept < len(writes):
        raise Conflict("Another process answers the same request right now.", reason="REQUEST_RACE")


async def _store(connection: Connection, tenant: str, writes: Sequence[Write]) -> list[Verdict]:
    verdicts = [Verdict() for _ in writes]
    if any(write.manifests for write in writes):
        await _store_manifests(connection, tenant, writes, verdicts)
    if any(write.votes for write in writes):
        await _store_votes(connection, tenant, writes, verdicts)
    if any(len(write.signals) for write in writes):
        await store_signals(connection, tenant, writes, verdicts)
    recordings = [write.recording for write in writes if write.recording is not None]
    if recordings:
        text = json.dumps([_recording_row(each) for each in recordings])
        await connection.execute(_SQL["insert_recordings"], tenant, text)
    for write, verdict in zip(writes, verdicts, strict=True):
        if write.retraction is not None:
            verdict.retracted = await _retract(connection, tenant, write.retraction)
    asked = {write.votes[0].output_id for write in writes if write.asks_manifest}
    if asked:
        known = {row["output_id"] for row in await connection.fetch(_SQL["known_outputs"], tenant, list(asked))}
        for write, verdict in zip(writes, verdicts, strict=True):
            verdict.manifest_known = write.asks_manifest and write.votes[0].output_id in known
    return verdicts


async def _store_manifests(
    connection: Connection, tenant: str, writes: Sequence[Write], verdicts: Sequence[Verdict]
) -> None:
    firsts: dict[str, Manifest] = {}
    for write in writes:
        for manifest in write.manifests:
            firsts.setdefault(manifest.output_id, manifest)
    wanted = list(firsts.values())
    columns = (
        [each.output_id for each in wanted],
        [each.created_us for each in wanted],
        [each.conversation_id for each in wanted],
        [each.fingerprint for each in wanted],
    )
    claimed = {row["output_id"] for row in await connection.fetch(_SQL["claim_outputs"], tenant, *columns)}
    rows = [firsts[name].row for name in columns[0] if name in claimed]
    if rows:
        await connection.execute(_SQL["insert_manifests"], tenant, json.dumps(rows))
    standing = {name: (firsts[name].fingerprint, firsts[name].created_us) for name in claimed}
    if len(claimed) < len(wanted):
        before = [name for name in columns[0] if name not in claimed]
        for row in await connection.fetch(_SQL["known_outputs"], tenant, before):
            standing[row["output_id"]] = row["fingerprint"], row["created_us"]
    for write, verdict in zip(writes, verdicts, strict=True):
        verdict.manifests = [
            _judge(each, each is firsts[each.output_id], claimed, standing) for each in write.manifests
        ]


def _judge(
    manifest: Manifest, first: bool, claimed: set[str], standing: Mapping[str, tuple[bytes, int]]
) -> ManifestVerdict:
    fingerprint, created_us = standing[manifest.output_id]
    if first and manifest.output_id in claimed:
        outcome = Outcome.ACCEPTED
    else:
        outcome = Outcome.DUPLICATE if fingerprint == manifest.fingerprint else Outcome.REJECTED
    return ManifestVerdict(outcome=outcome, created_us=created_us)


async def _store_votes(
    connection: Connection, tenant: str, writes: Sequence[Write], verdicts: Sequence[Verdict]
) -> None:
    arrivals: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for number, write in enumerate(writes):
        verdicts[number].votes = [Outcome.SUPERSEDED] * len(write.votes)
        for place, vote in enumerate(write.votes):
            arrivals[vote.output_id, vote.user_id].append((number, place))
    outputs, users = zip(*arrivals, strict=True)
    rows = await connection.fetch(_SQL["standing_votes"], tenant, list(outputs), list(users))
    standing = {(row["output_id"], row["user_id"]): _cast_of(row) for row in rows}
    counts = {
        key: count(standing.get(key), [Cast(writes[n].votes[p], writes[n].request_id, p) for n, p in places])
        for key, places in arrivals.items()
    }
    winners = [each.winner for each in counts.values() if each.winner is not None]
    stored: dict[tuple[str, str], bool] = {}
    if winners:
        text = json.dumps([_vote_row(cast) for cast in winners])
        for row in await connection.fetch(_SQL["upsert_votes"], tenant, text):
            stored[row["output_id"], row["user_id"]] = row["fresh"]
    for key, counted in counts.items():
        outcomes = counted.outcomes
        if counted.winner is not None:
            outcomes = recount(outcomes, stored=key in stored, fresh=stored.get(key, False))
        for (number, place), outcome in zip(arrivals[key], outcomes, strict=True):
            votes = list(verdicts[number].votes)
            votes[place] = outcome
            verdicts[number].votes = votes


def _cast_of(row: asyncpg.Record) -> Cast:
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
    return Cast(vote, UUID(row["request_id"]))


def _vote_row(cast: Cast) -> dict[str, object]:
    vote = cast.vote
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
        "request_id": str(cast.request_id),
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


async def _retract(connection: Connection, tenant: str, retraction: Retraction) -> Retracted:
    kinds = [kind in retraction.kinds for kind in (Kind.EXPLICIT, Kind.IMPLICIT, Kind.VOICE)]
    place = (tenant, retraction.output_id, retraction.user_id, retraction.until_us)
    row = await connection.fetchrow(_SQL["retract"], *place, *kinds)
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return Retracted(explicit=row["explicit"], signals=row["signals"], voice=row["voice"])
