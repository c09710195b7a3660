"""What was said of outputs and conversations: the queries behind the reading calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from kit.errors import NotFound, Precondition
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "feedback_stats.sql")

CONVERSATION_OUTPUTS_MAX = 10_000
END = 2**62 // 1_000
"""A time in microseconds after every output, in the year 2116."""
START = -END
"""A time in microseconds before every output: the place before the first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Feedback that stands. Sums of two are counts again, but for users who are counted once per output."""

    positive: int = 0
    neutral: int = 0
    negative: int = 0
    comments: int = 0
    signals: int = 0
    voice: int = 0
    users: int = 0
    score_sum: float = 0.0
    """Weighted scores of all units, with full trust."""

    @property
    def mean_score(self) -> float:
        """Mean weighted score in [-1, 1]; 0 without feedback."""
        return self.score_sum / self.users if self.users else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputStats:
    """All that is said of one output."""

    manifest_known: bool
    counts: Counts
    categories: Sequence[tuple[str, int, int, int]]
    """Category, positive, neutral, negative."""
    signals: Sequence[tuple[str, int, int]]
    """Type, occurrences, users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputLine:
    """One output of a conversation."""

    output_id: str
    created_us: int
    models: Sequence[str]
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A page of a conversation, and what is said of all of it."""

    lines: Sequence[OutputLine]
    more: bool
    outputs: int
    counts: Counts


class Reading:
    """Reads feedback of one tenant at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def output(self, tenant: str, output_id: str) -> OutputStats:
        """Returns what is said of an output; raises NotFound when nothing is known of it."""
        async with self._database.tenant(tenant) as connection:
            known = await connection.fetchval(_SQL["output_known"], tenant, output_id)
            counts = (await counts_of(connection, tenant, [output_id])).get(output_id)
            if not known and counts is None:
                raise NotFound("No manifest and no feedback is known of that output.", reason="OUTPUT_UNKNOWN")
            categories = await connection.fetch(_SQL["category_counts"], tenant, output_id)
            signals = await connection.fetch(_SQL["signal_counts"], tenant, output_id)
        return OutputStats(
            manifest_known=known,
            counts=counts or Counts(),
            categories=[tuple(row) for row in categories],
            signals=[tuple(row) for row in signals],
        )

    async def conversation(self, tenant: str, conversation_id: str, after: tuple[int, str], size: int) -> Conversation:
        """Returns a page after (created_us, output_id).

        Raises NotFound for an unknown conversation and Precondition for one of more than 10,000 outputs.
        """
        async with self._database.tenant(tenant) as connection:
            names = await connection.fetch(
                _SQL["conversation_ids"], tenant, conversation_id, CONVERSATION_OUTPUTS_MAX + 1
            )
            if not names:
                raise NotFound("No output of that conversation is known.", reason="CONVERSATION_UNKNOWN")
            if len(names) > CONVERSATION_OUTPUTS_MAX:
                raise Precondition("The conversation is too long to sum up.", reason="CONVERSATION_TOO_LONG")
            counts = await counts_of(connection, tenant, [row["output_id"] for row in names])
            page = await connection.fetch(_SQL["conversation_outputs"], tenant, conversation_id, *after, size + 1)
        lines = [
            OutputLine(
                output_id=row["output_id"],
                created_us=row["created_us"],
                models=row["models_used"],
                counts=counts.get(row["output_id"], Counts()),
            )
            for row in page[:size]
        ]
        return Conversation(lines=lines, more=len(page) > size, outputs=len(names), counts=_sum(list(counts.values())))


async def counts_of(connection: Connection, tenant: str, outputs: Sequence[str]) -> dict[str, Counts]:
    """Returns what is said of each output of which anything is."""
    rows = await connection.fetch(_SQL["output_counts"], tenant, list(outputs))
    return {row["output_id"]: Counts(**{each.name: row[each.name] for each in fields(Counts)}) for row in rows}


def _sum(parts: Sequence[Counts]) -> Counts:
    return Counts(**{each.name: sum(getattr(part, each.name) for part in parts) for each in fields(Counts)})
