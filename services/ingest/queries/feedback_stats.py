"""Feedback statistics of outputs and conversations, for GetFeedbackStats and GetConversationSummary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from kit.errors import NotFound, Precondition
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "feedback_stats.sql")

CONVERSATION_OUTPUTS_MAX = 10_000
TIME_MAX_US = 2**62 // 1_000
"""Microseconds since 1970, later than every output: in the year 2116."""
TIME_MIN_US = -TIME_MAX_US
"""Microseconds since 1970, before every output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCounts:
    """Counts of standing feedback. The counts of several outputs add up; a user counts once per output."""

    positive: int = 0
    neutral: int = 0
    negative: int = 0
    comments: int = 0
    signals: int = 0
    voice: int = 0
    users: int = 0
    score_sum: float = 0.0
    """Sum of the weighted scores of all units, with trust 1."""

    @property
    def mean_score(self) -> float | None:
        """Returns the mean weighted score in [-1, 1]; None without feedback."""
        return self.score_sum / self.users if self.users else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputStats:
    """Feedback statistics of one output."""

    is_manifest_known: bool
    counts: FeedbackCounts
    categories: Sequence[tuple[str, int, int, int]]
    """Category, positive, neutral, negative."""
    signals: Sequence[tuple[str, int, int]]
    """Signal type, occurrences, users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOutput:
    """One output of a conversation."""

    output_id: str
    created_us: int
    models: Sequence[str]
    counts: FeedbackCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStats:
    """Outputs of a conversation, and the feedback counts of the whole conversation."""

    outputs: Sequence[ConversationOutput]
    output_count: int
    counts: FeedbackCounts


async def load_output_stats(database: Database, tenant: str, output_id: str) -> OutputStats:
    """Returns the statistics of an output; raises NotFound (OUTPUT_UNKNOWN) without manifest and feedback."""
    async with database.tenant(tenant) as connection:
        is_known = await connection.fetchval(_SQL["is_output_known"], tenant, output_id)
        counts = (await load_counts(connection, tenant, [output_id])).get(output_id)
        if not is_known and counts is None:
            raise output_unknown()
        categories = await connection.fetch(_SQL["category_counts"], tenant, output_id)
        signals = await connection.fetch(_SQL["signal_counts"], tenant, output_id)
    return OutputStats(
        is_manifest_known=is_known,
        counts=counts or FeedbackCounts(),
        categories=[tuple(row) for row in categories],
        signals=[tuple(row) for row in signals],
    )


async def load_conversation_stats(
    database: Database, tenant: str, conversation_id: str, after: tuple[int, str], limit: int
) -> ConversationStats:
    """Returns the statistics of a conversation and its outputs after (created_us, output_id), oldest first.

    Raises NotFound (CONVERSATION_UNKNOWN) without outputs, and Precondition (CONVERSATION_TOO_LONG) if the
    conversation has more than 10,000 outputs.
    """
    async with database.tenant(tenant) as connection:
        ids = await connection.fetch(_SQL["conversation_ids"], tenant, conversation_id, CONVERSATION_OUTPUTS_MAX + 1)
        if not ids:
            message = "No output with this conversation_id has a manifest."
            raise NotFound(message, reason="CONVERSATION_UNKNOWN")
        if len(ids) > CONVERSATION_OUTPUTS_MAX:
            message = f"The conversation has more than {CONVERSATION_OUTPUTS_MAX} outputs and cannot be summarized."
            raise Precondition(message, reason="CONVERSATION_TOO_LONG")
        counts = await load_counts(connection, tenant, [row["output_id"] for row in ids])
        rows = await connection.fetch(_SQL["conversation_outputs"], tenant, conversation_id, *after, limit)
    outputs = [
        ConversationOutput(
            output_id=row["output_id"],
            created_us=row["created_us"],
            models=row["models_used"],
            counts=counts.get(row["output_id"], FeedbackCounts()),
        )
        for row in rows
    ]
    total = _sum(list(counts.values()))
    return ConversationStats(outputs=outputs, output_count=len(ids), counts=total)


async def load_counts(connection: Connection, tenant: str, outputs: Sequence[str]) -> dict[str, FeedbackCounts]:
    """Returns the counts of each of the outputs that has feedback."""
    rows = await connection.fetch(_SQL["output_counts"], tenant, list(outputs))
    names = [each.name for each in fields(FeedbackCounts)]
    return {row["output_id"]: FeedbackCounts(**{name: row[name] for name in names}) for row in rows}


def output_unknown() -> NotFound:
    """Returns the error for an output without manifest and feedback."""
    return NotFound("No manifest and no feedback with this output_id is stored.", reason="OUTPUT_UNKNOWN")


def _sum(parts: Sequence[FeedbackCounts]) -> FeedbackCounts:
    names = [each.name for each in fields(FeedbackCounts)]
    return FeedbackCounts(**{name: sum(getattr(part, name) for part in parts) for name in names})
