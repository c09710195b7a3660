"""Aliases of outputs: stored with manifests, and applied to feedback that names an output by one of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from ingest.domain.model import Manifest, Write
from kit.ids import output_id_of
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "aliases.sql")

_OutputUser = tuple[str, str]


async def record_output_aliases(connection: Connection, tenant: str, manifests: Iterable[Manifest]) -> None:
    """Stores the aliases of new outputs."""
    rows = {
        (key, user): manifest.output_id
        for manifest in manifests
        for name, user in (*((each, "") for each in manifest.output_aliases), *manifest.user_aliases)
        if (key := output_id_of(name)) != manifest.output_id or user
    }
    if rows:
        keys, users = zip(*rows, strict=True)
        await connection.execute(_SQL["record_output_aliases"], tenant, list(keys), list(users), list(rows.values()))


async def outputs_of_aliases(connection: Connection, tenant: str, names: Iterable[str]) -> dict[str, str]:
    """Returns the outputs whose manifests stated the names, by the keys of the names."""
    keys = [output_id_of(each) for each in names]
    rows = await connection.fetch(_SQL["outputs_of_aliases"], tenant, keys) if keys else ()
    return {row["alias"]: row["output_id"] for row in rows}


async def known_output(database: Database, tenant: str, output_id: str) -> str:
    """Returns the output that an id stands for: the id itself if an output has it or no alias is known."""
    key = output_id_of(output_id)
    async with database.tenant(tenant) as connection:
        rows = await connection.fetch(_SQL["resolve_outputs"], tenant, [key], [""])
    return rows[0]["output_id"] if rows else key


async def with_known_outputs(connection: Connection, tenant: str, writes: Sequence[Write]) -> Sequence[Write]:
    """Returns the writes with the outputs that the ids in votes, recordings, retractions and outcomes stand for.

    Signals keep their ids, because the check costs too much for large batches; the learner moves them.
    """
    named = {key for write in writes for key in _named_outputs(write)}
    if not named:
        return writes
    outputs, users = zip(*sorted(named), strict=True)
    rows = await connection.fetch(_SQL["resolve_outputs"], tenant, list(outputs), list(users))
    known = {(row["alias"], row["user_id"]): row["output_id"] for row in rows}
    return [_resolved(write, known) for write in writes] if known else writes


def _named_outputs(write: Write) -> list[_OutputUser]:
    items = [*write.votes, *(each for each in (write.recording, write.retraction) if each is not None)]
    names = [(each.output_id, each.user_id) for each in items]
    return names if write.outcome is None else [*names, (write.outcome.output_id, "")]


def _resolved(write: Write, known: Mapping[_OutputUser, str]) -> Write:
    if not any(key in known for key in _named_outputs(write)):
        return write
    recording, retraction, outcome = write.recording, write.retraction, write.outcome
    return dataclasses.replace(
        write,
        votes=[
            dataclasses.replace(each, output_id=known.get((each.output_id, each.user_id), each.output_id))
            for each in write.votes
        ],
        recording=recording
        and dataclasses.replace(
            recording, output_id=known.get((recording.output_id, recording.user_id), recording.output_id)
        ),
        retraction=retraction
        and dataclasses.replace(
            retraction, output_id=known.get((retraction.output_id, retraction.user_id), retraction.output_id)
        ),
        outcome=outcome
        and dataclasses.replace(outcome, output_id=known.get((outcome.output_id, ""), outcome.output_id)),
    )
