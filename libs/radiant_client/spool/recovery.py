"""Recovery of records from disk: those of this spool at the start, and those of processes that have ended."""

from collections.abc import Sequence

from google.protobuf.message import DecodeError

from radiant_client.spool.backlog import RecordSummary
from radiant_client.spool.folder import Slot
from radiant_client.spool.store import Letter, Record, SpoolStore
from radiant_client.spool.writes import REQUESTS, keys_of
from radiant_client.transport.errors import SpoolFailed


def summaries(records: Sequence[Record]) -> list[RecordSummary]:
    """Returns the summary of each record. Raises SpoolFailed if this version cannot decode a record."""
    try:
        return [
            RecordSummary(
                one.seq, keys_of(REQUESTS[one.method].FromString(one.request)), len(one.request), one.spooled_at
            )
            for one in records
        ]
    except (KeyError, DecodeError) as failure:
        raise SpoolFailed(f"Cannot decode a record of the spool: {failure!r}.") from failure


def move_records(
    slot: Slot, own: SpoolStore, records_max: int, bytes_max: int
) -> tuple[list[RecordSummary], list[Letter]]:
    """Moves the oldest records of another spool, within the limits, and its dead letters into the own store.

    Returns the moved records and letters. If the process ends between the two commits, both stores have the records.
    They are then sent twice with the same request_id.
    """
    other = SpoolStore(slot.file)
    try:
        found, letters = other.records(), other.letters()
        moved = _within(found, records_max, bytes_max)
        summaries(moved)
        seqs = own.adopt(moved)
        own.finish((), letters)
        other.finish([one.seq for one in moved])
        other.replace_letters()
    finally:
        other.close()
    if len(moved) == len(found):
        for path in slot.folder.glob(f"{slot.file.name}*"):
            path.unlink(missing_ok=True)
    return summaries(own.read(seqs)), letters


def _within(records: Sequence[Record], records_max: int, bytes_max: int) -> list[Record]:
    """Returns the oldest records that do not exceed the limits."""
    taken: list[Record] = []
    for one in records[: max(0, records_max)]:
        bytes_max -= len(one.request)
        if bytes_max < 0:
            break
        taken.append(one)
    return taken
