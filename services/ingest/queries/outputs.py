"""Outputs and all that is said of them, in lists and one by one: the queries behind ListOutputs and GetOutput."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from ingest.queries.feedback_stats import Counts, counts_of
from kit.errors import DeadlineExceeded, NotFound
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "outputs.sql")

BLOCK = 1_000
"""Outputs whose feedback is looked up one by one before that of the whole tenant is read at once."""
VOTES_MAX, SIGNALS_MAX, VOICE_MAX = 500, 500, 100

Place = tuple[datetime, str]
"""Creation time and name of an output, the order of lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which outputs to list: those that meet every condition that is set. Conditions on feedback hold one by one, and
    may be met by different users."""

    start: datetime
    """Created from here on."""
    model: str = ""
    task_type: str = ""
    domain_mode: str = ""
    user_id: str = ""
    conversation_id: str = ""
    rating: int | None = None
    """A standing thumb: -1, 0 or 1."""
    category: str = ""
    signal_type: str = ""
    with_feedback: bool = False
    with_comment: bool = False
    with_voice: bool = False
    """A spoken comment that was heard, as `Counts.voice` counts."""

    @property
    def of_manifest(self) -> tuple[str, str, str, str]:
        """What the manifest alone decides."""
        return self.model, self.task_type, self.domain_mode, self.user_id

    @property
    def of_feedback(self) -> tuple[int | None, str, str, bool, bool, bool]:
        """What the feedback decides."""
        voiced = self.with_feedback, self.with_comment, self.with_voice
        return self.rating, self.category, self.signal_type, *voiced

    @property
    def asks_feedback(self) -> bool:
        """Whether feedback decides anything."""
        return self.of_feedback != (None, "", "", False, False, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of outputs, newest first."""

    rows: Sequence[asyncpg.Record]
    counts: Mapping[str, Counts]
    """Of those with feedback."""
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One output and all feedback on it that stands, newest first."""

    manifest: asyncpg.Record | None
    votes: Sequence[asyncpg.Record]
    signals: Sequence[asyncpg.Record]
    voice_ids: Sequence[str]
    counts: Counts


class Browsing:
    """Reads outputs of one tenant at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, tenant: str, wanted: Wanted, before: Place, size: int) -> Listed:
        """Returns the page before a place; raises DeadlineExceeded (STATEMENT_TIMEOUT) when that takes too long.

        An output that was there when the first page was asked for is on one page exactly; one that comes later is seen
        if it is older than the place.
        """
        async with patient(), self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["plan_by_values"])
            look = _Look(connection, tenant, wanted, size + 1)
            if wanted.conversation_id:
                rows = await look.through_conversation(before)
            elif wanted.asks_feedback:
                rows = await look.newest_first(before)
            else:
                rows = await look.block(before, (wanted.start, ""))
            await connection.execute(_SQL["plan_as_usual"])
            counts = await counts_of(connection, tenant, [row["output_id"] for row in rows[:size]])
        return Listed(rows=rows[:size], counts=counts, more=len(rows) > size)

    async def output(self, tenant: str, output_id: str) -> Whole:
        """Returns an output; raises NotFound when neither a manifest nor feedback that stands is known."""
        async with patient(), self._database.tenant(tenant) as connection:
            manifest = await connection.fetchrow(_SQL["whole_manifest"], tenant, output_id)
            votes = await connection.fetch(_SQL["standing_votes_of"], tenant, output_id, VOTES_MAX)
            signals = await connection.fetch(_SQL["standing_signals_of"], tenant, output_id, SIGNALS_MAX)
            voice = await connection.fetch(_SQL["standing_voice_of"], tenant, output_id, VOICE_MAX)
            counts = (await counts_of(connection, tenant, [output_id])).get(output_id)
        if manifest is None and counts is None and not voice:
            raise NotFound("No manifest and no feedback is known of that output.", reason="OUTPUT_UNKNOWN")
        return Whole(
            manifest=manifest,
            votes=votes,
            signals=signals,
            voice_ids=[row["voice_id"] for row in voice],
            counts=counts or Counts(),
        )


@dataclass(frozen=True, slots=True)
class _Look:
    """One search for at most `most` outputs."""

    connection: Connection
    tenant: str
    wanted: Wanted
    most: int

    async def block(
        self, before: Place, floor: Place, names: Sequence[str] | None = None, found: int = 0
    ) -> list[asyncpg.Record]:
        """Returns outputs before a place and not before the floor, of the names when there are any."""
        return await self._fetch(_SQL["list_block"], before, floor, names, found)

    async def _fetch(
        self, query: str, before: Place, floor: Place, names: Sequence[str] | None, found: int
    ) -> list[asyncpg.Record]:
        conditions = (names, *self.wanted.of_manifest, *self.wanted.of_feedback)
        return list(await self.connection.fetch(query, self.tenant, *before, *floor, *conditions, self.most - found))

    async def newest_first(self, before: Place) -> list[asyncpg.Record]:
        """Looks at a block first: where feedback is common a page is full by then, whatever else there is."""
        wanted, floor = self.wanted, (self.wanted.start, "")
        end = await self.connection.fetchrow(
            _SQL["block_end"], self.tenant, *before, wanted.start, *wanted.of_manifest, BLOCK - 1
        )
        if end is None:
            return await self.block(before, floor)
        place = (end["created_at"], end["output_id"])
        rows = await self.block(before, place)
        if len(rows) < self.most:
            rows += await self._fetch(_SQL["list_outputs"], place, floor, None, len(rows))
        return rows

    async def through_conversation(self, before: Place) -> list[asyncpg.Record]:
        """Looks at a conversation block by block."""
        rows: list[asyncpg.Record] = []
        floor = (self.wanted.start, "")
        while len(rows) < self.most:
            values = (self.wanted.conversation_id, *before, self.wanted.start, BLOCK)
            block = await self.connection.fetch(_SQL["conversation_block"], self.tenant, *values)
            if block:
                rows += await self.block(before, floor, [row["output_id"] for row in block], len(rows))
            if len(block) < BLOCK:
                break
            before = (block[-1]["created_at"], block[-1]["output_id"])
        return rows


@asynccontextmanager
async def patient() -> AsyncIterator[None]:
    """Says what to do when the database took longer than a statement may."""
    try:
        yield
    except DeadlineExceeded as error:
        message = "The statement time-out ended the search; ask for a shorter time or fewer conditions."
        raise DeadlineExceeded(message, reason=error.reason) from None
