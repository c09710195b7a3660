"""Erases a user from what waits on disk, so that nothing of them is sent after they were erased by the service."""

from dataclasses import dataclass, replace
from typing import Any

from radiant_client.ingest.messages import new_id
from radiant_client.ingest.writes import REQUESTS, items_of
from radiant_client.spool.adoption import Place, placed
from radiant_client.spool.store import Letter, SpoolStore


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a spool."""

    gone: list[int]
    """Places of records that are no longer there."""
    places: list[Place]
    """Records that were made of the rest of batches."""
    letters: list[Letter]
    """Dead letters that are left."""


def forget(store: SpoolStore, user_id: str) -> Forgotten:
    """Removes a user's items; of a batch the items of others remain, as a new request behind all that waits."""
    gone, rest = [], []
    for record in store.records():
        left = _without(record.method, record.request, user_id)
        if left != record.request:
            gone.append(record.seq)
            rest += [replace(record, request=left)] if left else []
    places = store.adopt(rest)
    store.finish(gone)
    letters = [(one, _without(one.method, one.request, user_id)) for one in store.letters()]
    kept = [replace(one, request=left) for one, left in letters if left]
    store.replace_letters(kept)
    store.tidy()
    return Forgotten(gone, placed(store.read(places)), kept)


def _without(method: str, data: bytes, user_id: str) -> bytes:
    """Gives a request without a user's items: as it is when there are none, empty when there are no others."""
    request: Any = REQUESTS[method].FromString(data)
    items = items_of(request)
    left = [one for one in items if one.user_id != user_id]
    if len(left) == len(items):
        return data
    if not left:
        return b""
    batch = request.manifests if method == "BatchRecordManifests" else request.signals
    del batch[:]
    batch.extend(left)
    request.request_id = new_id()
    return bytes(request.SerializeToString())
