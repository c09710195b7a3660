"""Queries for lists of outputs (ListOutputs) and for one output with its feedback (GetOutput)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from ingest.queries.feedback_stats import FeedbackCounts, load_counts, output_unknown
from kit.errors import DeadlineExceeded
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "outputs.sql")
_SESSION = load_queries("ingest", "session.sql")
_LIST_BLOCK = _SQL["list_outputs"].replace("/* per output */", "OFFSET 0")
"""The same query. OFFSET 0 makes the planner look up feedback output by output instead of reading whole tables."""

BLOCK_SIZE = 1_000
"""Number of outputs whose feedback is looked up output by output before the rest of the tenant is searched."""
VOTES_MAX, SIGNALS_MAX, VOICE_MAX, SCORES_MAX = 500, 500, 100, 500
"""Rows of one output that are returned, the newest ones."""

OutputKey = tuple[datetime, str]
"""Creation time and identifier of an output: the sort key of lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFilter:
    """Conditions that an output must meet; an empty value sets no condition.

    Each condition on feedback is checked on its own: different users may meet different conditions.
    """

    start: datetime
    """Earliest creation time."""
    model: str = ""
    task_type: str = ""
    domain_mode: str = ""
    user_id: str = ""
    conversation_id: str = ""
    rating: int | None = None
    """Rating of a standing vote: -1, 0 or 1."""
    category: str = ""
    signal_type: str = ""
    has_feedback: bool = False
    has_comment: bool = False
    has_voice: bool = False
    """Requires a transcribed voice comment, as counted by `FeedbackCounts.voice`."""

    @property
    def manifest_conditions(self) -> tuple[str, str, str, str]:
        """Returns the conditions on the manifest, as query arguments."""
        return self.model, self.task_type, self.domain_mode, self.user_id

    @property
    def feedback_conditions(self) -> tuple[int | None, str, str, bool, bool, bool]:
        """Returns the conditions on feedback, as query arguments."""
        return self.rating, self.category, self.signal_type, self.has_feedback, self.has_comment, self.has_voice

    @property
    def has_feedback_condition(self) -> bool:
        """Returns whether any condition on feedback is set."""
        return self.feedback_conditions != (None, "", "", False, False, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputList:
    """Outputs, newest first."""

    rows: Sequence[asyncpg.Record]
    counts: Mapping[str, FeedbackCounts]
    """Counts by output, for outputs with feedback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDetail:
    """One output, its standing feedback and its evaluation scores, newest first."""

    output_id: str
    manifest: asyncpg.Record | None
    votes: Sequence[asyncpg.Record]
    signals: Sequence[asyncpg.Record]
    voice_ids: Sequence[str]
    scores: Sequence[asyncpg.Record]
    counts: FeedbackCounts


async def list_outputs(
    database: Database, tenant: str, conditions: OutputFilter, before: OutputKey, limit: int
) -> OutputList:
    """Returns outputs before a key; raises DeadlineExceeded (STATEMENT_TIMEOUT) if the queries take too long.

    Paging neither repeats nor skips outputs that existed before the first page. An output that is stored later
    appears if it is older than the key of the current page.
    """
    async with timeout_advice(), database.tenant(tenant) as connection:
        await connection.execute(_SESSION["plan_for_values"])
        rows = await _OutputSearch(connection, tenant, conditions, limit).outputs(before)
        for user in await _earlier_spellings(connection, tenant, conditions.user_id):
            search = _OutputSearch(connection, tenant, replace(conditions, user_id=user), limit)
            rows = sorted([*rows, *await search.outputs(before)], key=_key_of, reverse=True)[:limit]
        await connection.execute(_SESSION["plan_automatically"])
        counts = await load_counts(connection, tenant, [row["output_id"] for row in rows])
    return OutputList(rows=rows, counts=counts)


async def load_output(database: Database, tenant: str, output_id: str) -> OutputDetail:
    """Returns an output; raises NotFound (OUTPUT_UNKNOWN) without manifest, standing feedback and scores."""
    async with timeout_advice(), database.tenant(tenant) as connection:
        manifest = await connection.fetchrow(_SQL["full_manifest"], tenant, output_id)
        votes = await connection.fetch(_SQL["output_votes"], tenant, output_id, VOTES_MAX)
        signals = await connection.fetch(_SQL["output_signals"], tenant, output_id, SIGNALS_MAX)
        voice = await connection.fetch(_SQL["output_voice"], tenant, output_id, VOICE_MAX)
        scores = await connection.fetch(_SQL["output_scores"], tenant, output_id, SCORES_MAX)
        counts = (await load_counts(connection, tenant, [output_id])).get(output_id)
    if manifest is None and counts is None and not voice and not scores:
        raise output_unknown()
    return OutputDetail(
        output_id=output_id,
        manifest=manifest,
        votes=votes,
        signals=signals,
        voice_ids=[row["voice_id"] for row in voice],
        scores=scores,
        counts=counts or FeedbackCounts(),
    )


async def _earlier_spellings(connection: Connection, tenant: str, user: str) -> list[str]:
    """Returns other ids of a user in rows of earlier versions; none without a user."""
    rows = await connection.fetch(_SQL["user_spellings"], tenant, user) if user else ()
    return [row["user_id"] for row in rows]


def _key_of(row: asyncpg.Record) -> OutputKey:
    return row["created_at"], row["output_id"]


@dataclass(frozen=True, slots=True)
class _OutputSearch:
    """One search for at most `rows_max` outputs."""

    connection: Connection
    tenant: str
    conditions: OutputFilter
    rows_max: int

    async def outputs(self, before: OutputKey) -> list[asyncpg.Record]:
        """Returns outputs before a key, newest first."""
        if self.conditions.conversation_id:
            return await self.conversation(before)
        if self.conditions.has_feedback_condition:
            return await self.with_feedback(before)
        return await self.block(before, (self.conditions.start, ""))

    async def block(
        self, before: OutputKey, floor: OutputKey, ids: Sequence[str] | None = None, found: int = 0
    ) -> list[asyncpg.Record]:
        """Returns outputs in [floor, before), restricted to `ids` unless it is None.

        `found` is the number of rows that the search has found before.
        """
        return await self._fetch(_LIST_BLOCK, before, floor, ids, found)

    async def _fetch(
        self, query: str, before: OutputKey, floor: OutputKey, ids: Sequence[str] | None, found: int
    ) -> list[asyncpg.Record]:
        conditions = (ids, *self.conditions.manifest_conditions, *self.conditions.feedback_conditions)
        limit = self.rows_max - found
        return list(await self.connection.fetch(query, self.tenant, *before, *floor, *conditions, limit))

    async def with_feedback(self, before: OutputKey) -> list[asyncpg.Record]:
        """Searches one block first, which fills a page if feedback is common, then all remaining outputs."""
        conditions, floor = self.conditions, (self.conditions.start, "")
        block_end = await self.connection.fetchrow(
            _SQL["block_end"], self.tenant, *before, conditions.start, *conditions.manifest_conditions, BLOCK_SIZE - 1
        )
        if block_end is None:
            return await self.block(before, floor)
        key = (block_end["created_at"], block_end["output_id"])
        rows = await self.block(before, key)
        if len(rows) < self.rows_max:
            rows += await self._fetch(_SQL["list_outputs"], key, floor, None, len(rows))
        return rows

    async def conversation(self, before: OutputKey) -> list[asyncpg.Record]:
        """Searches the outputs of a conversation block by block."""
        rows: list[asyncpg.Record] = []
        floor = (self.conditions.start, "")
        while len(rows) < self.rows_max:
            values = (self.conditions.conversation_id, *before, self.conditions.start, BLOCK_SIZE)
            block = await self.connection.fetch(_SQL["conversation_block"], self.tenant, *values)
            if block:
                rows += await self.block(before, floor, [row["output_id"] for row in block], len(rows))
            if len(block) < BLOCK_SIZE:
                break
            before = (block[-1]["created_at"], block[-1]["output_id"])
        return rows


@asynccontextmanager
async def timeout_advice() -> AsyncIterator[None]:
    """Replaces a statement timeout in the block by an error that advises a narrower request."""
    try:
        yield
    except DeadlineExceeded as error:
        message = "The query exceeded the statement timeout. Request a shorter time range or fewer conditions."
        raise DeadlineExceeded(message, reason=error.reason) from None
