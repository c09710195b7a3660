"""Stores the manifests of a group of writes: claims their ids, and stores the rows and aliases of the new ones."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence

from ingest.aliases.model_aliases import record_model_aliases
from ingest.aliases.output_aliases import outputs_of_aliases, record_output_aliases
from ingest.domain.model import ItemOutcome, Manifest, ManifestResult, Write, WriteResult
from kit.ids import digest_id, output_id_of
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")
_ALIASES = load_queries("ingest", "aliases.sql")


async def store_manifests(
    connection: Connection, tenant: str, writes: Sequence[Write], results: Sequence[WriteResult]
) -> None:
    """Stores the manifests of all writes and sets `manifests` of each result.

    A manifest whose id comes from another system and belongs to an output of another user is stored under an id that
    is derived from the id and its user. It is rejected if another name of it belongs to an output: it is then the
    same call, sent again with another user.
    """
    manifests = [manifest for write in writes for manifest in write.manifests]
    stored = await _store(connection, tenant, manifests)
    taken = [
        index
        for index, each in enumerate(stored)
        if each.outcome is ItemOutcome.REJECTED and manifests[index].is_id_foreign
    ]
    if taken:
        ids = [manifests[index].output_id for index in taken]
        rows = await connection.fetch(_ALIASES["owners_of_outputs"], tenant, ids)
        owners = {row["output_id"]: row["user_id"] for row in rows}
        names = [name for index in taken for name in manifests[index].output_aliases]
        known = await outputs_of_aliases(connection, tenant, names)
        others = [
            index
            for index in taken
            if owners.get(manifests[index].output_id) != manifests[index].user_id
            and not _is_same_call(manifests[index], known)
        ]
        renamed = await _store(connection, tenant, [_renamed(manifests[index]) for index in others])
        for index, manifest_result in zip(others, renamed, strict=True):
            stored[index] = manifest_result
    position = 0
    for write, result in zip(writes, results, strict=True):
        result.manifests = stored[position : position + len(write.manifests)]
        position += len(write.manifests)


def _is_same_call(manifest: Manifest, known: Mapping[str, str]) -> bool:
    """Returns whether an alias of the manifest belongs to another output than the one of its user."""
    own = digest_id(manifest.output_id, manifest.user_id)
    return any(known.get(output_id_of(name), own) != own for name in manifest.output_aliases)


def _renamed(manifest: Manifest) -> Manifest:
    """Returns the manifest with an id of its user, and the stated id as an alias for this user alone."""
    output_id = digest_id(manifest.output_id, manifest.user_id)
    return dataclasses.replace(
        manifest,
        output_id=output_id,
        row={**manifest.row, "output_id": output_id},
        user_aliases=((manifest.output_id, manifest.user_id),),
    )


async def _store(connection: Connection, tenant: str, all_manifests: Sequence[Manifest]) -> list[ManifestResult]:
    """Stores the first manifest of each output that has none, and returns the result of each manifest."""
    firsts: dict[str, Manifest] = {}
    for manifest in all_manifests:
        firsts.setdefault(manifest.output_id, manifest)
    manifests = list(firsts.values())
    columns = (
        [each.output_id for each in manifests],
        [each.created_us for each in manifests],
        [each.conversation_id for each in manifests],
        [each.fingerprint for each in manifests],
    )
    claimed = {row["output_id"] for row in await connection.fetch(_SQL["claim_outputs"], tenant, *columns)}
    new = [each for each in manifests if each.output_id in claimed]
    if new:
        await connection.execute(_SQL["insert_manifests"], tenant, json.dumps([dict(each.row) for each in new]))
        await record_output_aliases(connection, tenant, new)
        await record_model_aliases(connection, tenant, new)
    stored = {name: (firsts[name].fingerprint, firsts[name].created_us) for name in claimed}
    if len(claimed) < len(manifests):
        earlier = [name for name in firsts if name not in claimed]
        for row in await connection.fetch(_SQL["stored_outputs"], tenant, earlier):
            stored[row["output_id"]] = row["fingerprint"], row["created_us"]
    return [
        _result(each, each is firsts[each.output_id] and each.output_id in claimed, stored) for each in all_manifests
    ]


def _result(manifest: Manifest, is_inserted: bool, stored: Mapping[str, tuple[bytes, int]]) -> ManifestResult:
    fingerprint, created_us = stored[manifest.output_id]
    if is_inserted:
        outcome = ItemOutcome.ACCEPTED
    else:
        outcome = ItemOutcome.DUPLICATE if fingerprint == manifest.fingerprint else ItemOutcome.REJECTED
    return ManifestResult(outcome=outcome, created_us=created_us)
