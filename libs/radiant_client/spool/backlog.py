"""What waits in a spool, in memory: its order, its size, and which of it may be sent now."""

from collections import Counter
from dataclasses import dataclass


@dataclass(slots=True)
class _Entry:
    """A record that waits."""

    keys: frozenset[int]
    size: int
    spooled_at: float
    not_before: float = 0.0
    tries: int = 0


class Backlog:
    """The records of a spool by their places, oldest first. Records that share a key are sent one after the other."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._keys: Counter[int] = Counter()
        self.records = 0
        """Records that wait or are being written."""
        self.bytes = 0
        """Bytes of their requests."""

    def __contains__(self, place: int) -> bool:
        return place in self._entries

    @property
    def oldest_at(self) -> float | None:
        """Tells when the oldest came, in seconds of the epoch; None when nothing waits."""
        first = next(iter(self._entries.values()), None)
        return first.spooled_at if first else None

    def touches(self, keys: frozenset[int]) -> bool:
        """Tells whether something that waits shares a key."""
        return any(key in self._keys for key in keys)

    def reserve(self, keys: frozenset[int], size: int) -> None:
        """Counts a record that is about to be written."""
        self.records += 1
        self.bytes += size
        self._keys.update(keys)

    def release(self, keys: frozenset[int], size: int) -> None:
        """Takes back what was reserved."""
        self.records -= 1
        self.bytes -= size
        for key in keys:
            self._keys[key] -= 1
            if not self._keys[key]:
                del self._keys[key]

    def place(self, place: int, keys: frozenset[int], size: int, spooled_at: float) -> None:
        """Puts a reserved record at its place, which is behind all others."""
        self._entries[place] = _Entry(keys, size, spooled_at)

    def remove(self, place: int) -> None:
        """Takes a record out; one that is not there is out already."""
        if entry := self._entries.pop(place, None):
            self.release(entry.keys, entry.size)

    def hold(self, place: int, until: float) -> None:
        """Keeps a record, and what shares a key with it, from being sent before a time."""
        if entry := self._entries.get(place):
            entry.not_before = until

    def tries(self, place: int) -> int:
        """Counts an attempt at a record; gives the attempts of this process so far, 0 when it is gone."""
        if entry := self._entries.get(place):
            entry.tries += 1
        return entry.tries if entry else 0

    def choose(self, limit: int, now: float) -> list[int]:
        """Gives places that may be sent at once: none of them shares a key with another or with an older record."""
        chosen: list[int] = []
        taken: set[int] = set()
        for place, entry in self._entries.items():
            if entry.not_before <= now and taken.isdisjoint(entry.keys):
                chosen.append(place)
                if len(chosen) == limit:
                    break
            taken |= entry.keys
        return chosen

    def next_at(self, now: float) -> float | None:
        """Tells when the next record that is held now may be sent; None when none is held."""
        return min((one.not_before for one in self._entries.values() if one.not_before > now), default=None)
