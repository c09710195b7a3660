"""Verifies an audit log: its hash chain, and its agreement with the signed checkpoints."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from enum import Enum, auto

from ingest.audit.anchor import SEARCHED_MAX, AuditAnchor
from ingest.audit.chain import Chain, compute_chain
from ingest.audit.checkpoints import Checkpoint, CheckpointError, CheckpointStore, invalid_checkpoint_text
from kit.errors import NotFound, Unavailable
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "audit.sql")


class FindingKind(Enum):
    """Kind of a finding. The names are those of the API without their prefix."""

    ENTRY_INVALID = auto()
    END_MISSING = auto()
    CHECKPOINT_MISMATCH = auto()
    CHECKPOINT_INVALID = auto()
    CHECKPOINT_MISSING = auto()
    CHECKPOINTS_UNAVAILABLE = auto()
    NOT_ANCHORED = auto()


HARMLESS = frozenset({FindingKind.CHECKPOINTS_UNAVAILABLE, FindingKind.NOT_ANCHORED})
"""Findings that limit the result of the verification and do not show a manipulation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding."""

    kind: FindingKind
    sequence: int
    """Number of the first affected entry; 0 if it concerns no entry."""
    message: str


@dataclass(slots=True)
class Verification:
    """Result of verifying a tenant's audit log."""

    entries: int
    last_hash: str
    """Hash of the last entry in hexadecimal; empty without entries."""
    findings: list[Finding] = field(default_factory=list)
    anchor: Checkpoint | None = None
    """Last valid checkpoint that the log agrees with."""

    @property
    def is_intact(self) -> bool:
        """Whether no manipulation was found."""
        return all(each.kind in HARMLESS for each in self.findings)

    @property
    def first_broken(self) -> int:
        """Number of the first entry that is invalid, missing or not the one of a checkpoint; 0 if there is none."""
        return min((each.sequence for each in self.findings if each.sequence), default=0)

    def add(self, kind: FindingKind, sequence: int, message: str) -> None:
        """Adds a finding."""
        self.findings.append(Finding(kind, sequence, message))


class AuditVerifier:
    """Verifies audit logs."""

    def __init__(self, database: Database, store: CheckpointStore | None, anchor: AuditAnchor | None) -> None:
        """Without `store` and `anchor`, only the hash chain is verified."""
        self._database, self._store, self._anchor = database, store, anchor

    async def verify(self, tenant: str) -> Verification:
        """Recomputes all hashes of a tenant's log and compares it with the checkpoints.

        The checkpoints are listed before the log is read, so that the log contains their entries.
        """
        newest = await self._newest_valid(tenant)
        numbers = newest.numbers
        known = self._anchor.newest(tenant) if self._anchor is not None else None
        if known is not None and (newest.found is None or newest.found.number < known.number):
            newest.found = known
        chain = await compute_chain(self._database, tenant, [newest.found.sequence] if newest.found is not None else [])
        result = Verification(chain.entries, chain.last_hash.hex())
        _check_chain(chain, result)
        if self._store is None:
            message = "The log is not anchored: RADIANT_AUDIT_KEY or the object store is not set."
            result.add(FindingKind.NOT_ANCHORED, 0, message)
            return result
        for number in newest.invalid:
            result.add(FindingKind.CHECKPOINT_INVALID, 0, invalid_checkpoint_text(number))
        if numbers is None:
            result.add(FindingKind.CHECKPOINTS_UNAVAILABLE, 0, _unavailable(newest.found))
        else:
            _check_numbers(numbers, known, result)
        if newest.found is not None:
            await self._compare(chain, newest.found, numbers or [], result)
        elif numbers is not None and chain.entries:
            result.add(FindingKind.NOT_ANCHORED, 0, "The log is not anchored: it has no valid checkpoint yet.")
        return result

    async def _newest_valid(self, tenant: str) -> _Newest:
        """Searches the newest checkpoint that is valid, and collects the newer ones that are not."""
        newest = _Newest()
        if self._store is None:
            return newest
        try:
            newest.numbers = await self._store.numbers(tenant)
            for number in reversed(newest.numbers[-SEARCHED_MAX:]):
                newest.found = await self._read(tenant, number)
                if newest.found is not None:
                    break
                newest.invalid.append(number)
        except Unavailable:
            newest.numbers = None
        return newest

    async def _read(self, tenant: str, number: int) -> Checkpoint | None:
        assert self._store is not None  # noqa: S101 - numbers come from the store
        try:
            return await self._store.read(tenant, number)
        except (CheckpointError, NotFound):
            return None

    async def _compare(self, chain: Chain, newest: Checkpoint, numbers: list[int], result: Verification) -> None:
        is_present = chain.hashes.get(newest.sequence, b"").hex() == newest.hash
        is_covered = is_present and not 0 < chain.first_invalid <= newest.sequence
        earlier = [each for each in numbers if each < newest.number]
        result.anchor = newest if is_covered else await self._last_match(chain, earlier)
        if is_present:
            return
        first = result.anchor.sequence + 1 if result.anchor is not None else 1
        if chain.last < newest.sequence:
            message = (
                f"Checkpoint {newest.number} of {newest.time} covers {newest.sequence} entries and the log has "
                f"{chain.entries}. Entries from number {first} were removed, and may be changed."
            )
        else:
            message = (
                f"Entry {newest.sequence} is not the one that checkpoint {newest.number} of {newest.time} covers. "
                f"Entries from number {first} to {newest.sequence} were changed, added or removed."
            )
        result.add(FindingKind.CHECKPOINT_MISMATCH, first, message)

    async def _last_match(self, chain: Chain, numbers: list[int]) -> Checkpoint | None:
        """Returns the last checkpoint that the log agrees with, by bisection: agreement ends at one checkpoint."""
        low, high, found = 0, len(numbers), None
        try:
            while low < high:
                middle = (low + high) // 2
                checkpoint = await self._read(chain.tenant, numbers[middle])
                if checkpoint is not None and await self._agrees(chain, checkpoint):
                    found, low = checkpoint, middle + 1
                else:
                    high = middle
        except Unavailable:
            pass  # the result names fewer entries as unchanged than it could
        return found

    async def _agrees(self, chain: Chain, checkpoint: Checkpoint) -> bool:
        """Returns whether the entry of a checkpoint is unchanged. The hashes before the first invalid one are valid."""
        if chain.first_invalid and chain.first_invalid <= checkpoint.sequence:
            return False
        async with self._database.tenant(chain.tenant) as connection:
            rows = await connection.fetch(_SQL["audit_hashes"], chain.tenant, [checkpoint.sequence])
        return [row["hash"].hex() for row in rows] == [checkpoint.hash]


@dataclass(slots=True)
class _Newest:
    numbers: list[int] | None = field(default_factory=list)
    """Numbers of the stored checkpoints; None if the object store does not answer."""
    found: Checkpoint | None = None
    invalid: list[int] = field(default_factory=list)


def _check_chain(chain: Chain, result: Verification) -> None:
    if chain.first_invalid:
        message = f"The hash of entry {chain.first_invalid} does not match the entry and its predecessor."
        result.add(FindingKind.ENTRY_INVALID, chain.first_invalid, message)
    elif chain.missing_end:
        message = f"The log ends at entry {chain.last}. Its recorded end is entry {chain.head}."
        result.add(FindingKind.END_MISSING, chain.missing_end, message)


def _check_numbers(numbers: list[int], known: Checkpoint | None, result: Verification) -> None:
    newest = max([0, *numbers, known.number if known is not None else 0])
    stored = {number for number in numbers if number >= 1}
    missing_count = newest - len(stored)
    if missing_count:
        missing = list(itertools.islice((number for number in range(1, newest + 1) if number not in stored), 5))
        shown = ", ".join(map(str, missing)) + (f" and {missing_count - 5} more" if missing_count > 5 else "")
        result.add(FindingKind.CHECKPOINT_MISSING, 0, f"Checkpoints are missing in the object store: {shown}.")


def _unavailable(known: Checkpoint | None) -> str:
    if known is None:
        return "The object store of the checkpoints does not answer. The log was not compared with checkpoints."
    return (
        "The object store of the checkpoints does not answer. The log was compared with the last checkpoint that this "
        f"process wrote or read: number {known.number} of {known.time}."
    )
