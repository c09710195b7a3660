"""Converts feedback statistics of outputs and conversations to responses."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.api.convert.enums import CATEGORY_NUMBERS, SIGNAL_NUMBERS
from ingest.api.convert.times import timestamp
from ingest.queries.feedback_stats import ConversationOutput, ConversationStats, FeedbackCounts, OutputStats
from kit.rpc.keyset import Page
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

StatsResponse = pb.GetFeedbackStatsResponse | pb.GetTenantFeedbackStatsResponse


def output_stats_response(output_id: str, stats: OutputStats) -> pb.GetFeedbackStatsResponse:
    """Returns the response with the statistics of one output."""
    response = pb.GetFeedbackStatsResponse(
        output_id=output_id,
        manifest_known=stats.is_manifest_known,
        counts=counts_message(stats.counts),
        mean_score=stats.counts.mean_score,
    )
    add_categories(response, stats.categories)
    add_signals(response, stats.signals)
    return response


def add_categories(response: StatsResponse, rows: Iterable[tuple[str, int, int, int]]) -> None:
    """Adds counts by category from rows of (category, positive, neutral, negative)."""
    for category, positive, neutral, negative in rows:
        response.categories.add(
            category=feedback_pb2.FeedbackCategory.ValueType(CATEGORY_NUMBERS[category]),
            positive=positive,
            neutral=neutral,
            negative=negative,
        )


def add_signals(response: StatsResponse, rows: Iterable[tuple[str, int, int]]) -> None:
    """Adds counts by signal type from rows of (signal type, occurrences, users)."""
    for name, occurrences, users in rows:
        signal_type = feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[name])
        response.signals.add(signal_type=signal_type, occurrences=occurrences, users=users)


def conversation_response(
    stats: ConversationStats, page: Page[ConversationOutput]
) -> pb.GetConversationSummaryResponse:
    """Returns the response with the summary of a conversation and a page of its outputs."""
    response = pb.GetConversationSummaryResponse(
        next_page_token=page.next_token,
        output_count=stats.output_count,
        counts=counts_message(stats.counts),
        mean_score=stats.counts.mean_score,
    )
    for output in page.rows:
        response.outputs.add(
            output_id=output.output_id,
            models_used=output.models,
            create_time=timestamp(output.created_us),
            counts=counts_message(output.counts),
            mean_score=output.counts.mean_score,
        )
    return response


def counts_message(counts: FeedbackCounts) -> pb.FeedbackCounts:
    """Returns counts as a message."""
    return pb.FeedbackCounts(
        positive=counts.positive,
        neutral=counts.neutral,
        negative=counts.negative,
        comments=counts.comments,
        signals=counts.signals,
        voice=counts.voice,
        users=counts.users,
    )
