"""What a spool found on the disk: its own records at the start, and those of processes that have ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from radiant_client.ingest.writes import REQUESTS, keys_of
from radiant_client.spool.folder import Slot
from radiant_client.spool.store import Letter, Record, SpoolStore
from radiant_client.transport.errors import SpoolFailed


@dataclass(frozen=True, slots=True)
class Place:
    """A record in the order of a spool."""

    seq: int
    """Place in the order."""
    keys: frozenset[int]
    """What it is about."""
    size: int
    """Bytes of its request."""
    spooled_at: float
    """When it came, in seconds of the epoch."""


def placed(records: Sequence[Record]) -> list[Place]:
    """Reads what records are about; raises SpoolFailed when one is not known to this version."""
    try:
        return [
            Place(one.seq, keys_of(REQUESTS[one.method].FromString(one.request)), len(one.request), one.spooled_at)
            for one in records
        ]
    except (KeyError, DecodeError) as failure:
        raise SpoolFailed(f"a record of the spool cannot be read: {failure!r}") from failure


def move(slot: Slot, own: SpoolStore, room: tuple[int, int]) -> tuple[list[Place], list[Letter]]:
    """Moves what another spool holds into one's own, as far as there is room for records and bytes.

    Ended in the middle, a record is in both and is sent twice, as one and the same request.
    """
    other = SpoolStore(slot.file)
    try:
        found, letters = other.records(), other.letters()
        records = _fitting(found, *room)
        placed(records)
        places = own.adopt(records)
        own.finish((), letters)
        other.finish([one.seq for one in records])
        other.replace_letters()
    finally:
        other.close()
    if len(records) == len(found):
        for path in slot.folder.glob(f"{slot.file.name}*"):
            path.unlink(missing_ok=True)
    return placed(own.read(places)), letters


def _fitting(found: Sequence[Record], records: int, size: int) -> list[Record]:
    fit: list[Record] = []
    for one in found[: max(0, records)]:
        size -= len(one.request)
        if size < 0:
            break
        fit.append(one)
    return fit
