"""Answers of the reading calls."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.api.convert.enums import CATEGORY_NUMBERS, SIGNAL_NUMBERS, timestamp
from ingest.domain.model import SENTIMENTS
from ingest.queries.feedback_stats import Conversation, Counts, OutputStats
from ingest.surveys.prompts import Prompt
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

COMMENT_CHARACTERS_MAX = 4000
BATCH_ITEMS_MAX = 1000
FLUSH_INTERVAL_MS = 2000
Stats = ingest_service_pb2.GetFeedbackStatsResponse | ingest_service_pb2.GetTenantFeedbackStatsResponse
RATING_NUMBERS = {
    None: feedback_pb2.RATING_UNSPECIFIED,
    -1: feedback_pb2.RATING_NEGATIVE,
    0: feedback_pb2.RATING_NEUTRAL,
    1: feedback_pb2.RATING_POSITIVE,
}


def stats(output_id: str, found: OutputStats) -> ingest_service_pb2.GetFeedbackStatsResponse:
    """Says what is said of one output."""
    response = ingest_service_pb2.GetFeedbackStatsResponse(
        output_id=output_id,
        manifest_known=found.manifest_known,
        counts=counts_out(found.counts),
        mean_score=found.counts.mean_score,
    )
    add_categories(response, found.categories)
    add_signals(response, found.signals)
    return response


def add_categories(response: Stats, rows: Iterable[tuple[str, int, int, int]]) -> None:
    """Adds counts by category: its word, positive, neutral, negative."""
    for category, positive, neutral, negative in rows:
        response.categories.add(
            category=feedback_pb2.FeedbackCategory.ValueType(CATEGORY_NUMBERS[category]),
            positive=positive,
            neutral=neutral,
            negative=negative,
        )


def add_signals(response: Stats, rows: Iterable[tuple[str, int, int]]) -> None:
    """Adds counts by signal type: its word, occurrences, users."""
    for word, occurrences, users in rows:
        kind = feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[word])
        response.signals.add(signal_type=kind, occurrences=occurrences, users=users)


def conversation(found: Conversation, next_page: str) -> ingest_service_pb2.GetConversationSummaryResponse:
    """Sums up a conversation."""
    response = ingest_service_pb2.GetConversationSummaryResponse(
        next_page_token=next_page,
        output_count=found.outputs,
        counts=counts_out(found.counts),
        mean_score=found.counts.mean_score,
    )
    for line in found.lines:
        response.outputs.add(
            output_id=line.output_id,
            models_used=line.models,
            create_time=timestamp(line.created_us),
            counts=counts_out(line.counts),
            mean_score=line.counts.mean_score,
        )
    return response


def widget(prompt: Prompt, voice: bool) -> ingest_service_pb2.GetWidgetConfigResponse:
    """Tells a widget what to show, the same for all tenants so far, and whether to ask."""
    return ingest_service_pb2.GetWidgetConfigResponse(
        thumbs_enabled=True,
        comments_enabled=True,
        voice_enabled=voice,
        categories=[feedback_pb2.FeedbackCategory.ValueType(number) for number in sorted(CATEGORY_NUMBERS.values())],
        signals=[feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[word]) for word in SENTIMENTS],
        comment_characters_max=COMMENT_CHARACTERS_MAX,
        batch_items_max=BATCH_ITEMS_MAX,
        flush_interval_ms=FLUSH_INTERVAL_MS,
        current_rating=RATING_NUMBERS[prompt.rating],
        ask=prompt.answer.ask,
        ask_reason=ingest_service_pb2.AskReason.Value(f"ASK_REASON_{prompt.answer.reason.name}"),
        ask_probability=prompt.answer.probability,
    )


def counts_out(counts: Counts) -> ingest_service_pb2.FeedbackCounts:
    """Renders counts."""
    return ingest_service_pb2.FeedbackCounts(
        positive=counts.positive,
        neutral=counts.neutral,
        negative=counts.negative,
        comments=counts.comments,
        signals=counts.signals,
        voice=counts.voice,
        users=counts.users,
    )
