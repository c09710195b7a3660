"""The index of a spool in memory: order, size and the records that can be sent now."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """Order, keys and size of a record, for the index."""

    seq: int
    """Sequence number: position in the order of arrival."""
    keys: frozenset[int]
    """Keys of its request. See writes.keys_of."""
    size: int
    """Size of its request in bytes."""
    spooled_at: float
    """Time of arrival in seconds since the epoch."""


@dataclass(slots=True)
class _Entry:
    """A record of the index with the state of its attempts."""

    record: RecordSummary
    not_before: float = 0.0
    attempts: int = 0


class Backlog:
    """The records of a spool by sequence number, oldest first. Records that share a key are sent one after another."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._keys: Counter[int] = Counter()
        self.records = 0
        """Number of records on disk or being written."""
        self.bytes = 0
        """Size of their requests in bytes."""

    @property
    def oldest_at(self) -> float | None:
        """Arrival of the oldest record in seconds since the epoch; None if there is no record."""
        first = next(iter(self._entries.values()), None)
        return first.record.spooled_at if first else None

    def has_any_key(self, keys: frozenset[int]) -> bool:
        """Returns whether a record shares one of the keys."""
        return any(key in self._keys for key in keys)

    def reserve(self, keys: frozenset[int], size: int) -> None:
        """Counts a record before it is written."""
        self.records += 1
        self.bytes += size
        self._keys.update(keys)

    def release(self, keys: frozenset[int], size: int) -> None:
        """Cancels a reservation."""
        self.records -= 1
        self.bytes -= size
        for key in keys:
            self._keys[key] -= 1
            if not self._keys[key]:
                del self._keys[key]

    def append(self, record: RecordSummary) -> None:
        """Adds a reserved record behind all others."""
        self._entries[record.seq] = _Entry(record)

    def remove(self, seq: int) -> None:
        """Removes a record. Does nothing if it is already removed."""
        if entry := self._entries.pop(seq, None):
            self.release(entry.record.keys, entry.record.size)

    def hold(self, seq: int, until: float) -> None:
        """Prevents a record, and later records that share a key with it, from being sent before a time."""
        if entry := self._entries.get(seq):
            entry.not_before = until

    def count_attempt(self, seq: int) -> int:
        """Counts an attempt to send a record. Returns the attempts of this process, 0 for a removed record."""
        if entry := self._entries.get(seq):
            entry.attempts += 1
        return entry.attempts if entry else 0

    def next_records(self, limit: int, now: float) -> list[int]:
        """Returns up to `limit` records that can be sent concurrently.

        None of them shares a key with another or with an older record.
        """
        chosen: list[int] = []
        blocked: set[int] = set()
        for seq, entry in self._entries.items():
            if entry.not_before <= now and blocked.isdisjoint(entry.record.keys):
                chosen.append(seq)
                if len(chosen) == limit:
                    break
            blocked |= entry.record.keys
        return chosen

    def next_at(self, now: float) -> float | None:
        """Returns the earliest time after `now` at which a held record can be sent; None if no record is held."""
        return min((one.not_before for one in self._entries.values() if one.not_before > now), default=None)
