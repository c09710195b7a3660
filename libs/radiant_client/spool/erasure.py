"""Erasure of a user from the spool, so that no data of the user is sent after the service has erased the user."""

from dataclasses import dataclass, replace
from typing import Any

from radiant_client.messages.fields import new_id
from radiant_client.spool.backlog import RecordSummary
from radiant_client.spool.recovery import summaries
from radiant_client.spool.store import Letter, SpoolStore
from radiant_client.spool.writes import REQUESTS, items_of, user_of
from splits.user_keys import user_key


@dataclass(frozen=True, slots=True)
class Erasure:
    """Changes of a store by the erasure of a user."""

    removed: list[int]
    """Sequence numbers of the removed records."""
    added: list[RecordSummary]
    """Records with the items of other users in the removed batches."""
    letters: list[Letter]
    """Remaining dead letters."""


def erase_user(store: SpoolStore, user_id: str) -> Erasure:
    """Removes the items of a user. The other items of a batch become a new request behind all records."""
    removed, remaining = [], []
    for record in store.records():
        request = _without_user(record.method, record.request, user_id)
        if request != record.request:
            removed.append(record.seq)
            remaining += [replace(record, request=request)] if request else []
    seqs = store.adopt(remaining)
    store.finish(removed)
    letters = [(one, _without_user(one.method, one.request, user_id)) for one in store.letters()]
    kept = [replace(one, request=request) for one, request in letters if request]
    store.replace_letters(kept)
    store.compact()
    return Erasure(removed, summaries(store.read(seqs)), kept)


def _without_user(method: str, data: bytes, user_id: str) -> bytes:
    """Returns a request without the items of a user: unchanged if it has none, empty if it has no others."""
    request: Any = REQUESTS[method].FromString(data)
    items, user = items_of(request), user_key(user_id)
    others = [one for one in items if user_key(user_of(one)) != user]
    if len(others) == len(items):
        return data
    if not others:
        return b""
    batch = request.manifests if method == "BatchRecordManifests" else request.signals
    del batch[:]
    batch.extend(others)
    request.request_id = new_id()
    return bytes(request.SerializeToString())
