"""Answers of the reading calls."""

from __future__ import annotations

from ingest.model import SENTIMENTS
from ingest.reading import Conversation, Counts, OutputStats
from ingest.translate.words import CATEGORY_NUMBERS, SIGNAL_NUMBERS, timestamp
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

COMMENT_CHARACTERS_MAX = 4000
BATCH_ITEMS_MAX = 1000
FLUSH_INTERVAL_MS = 2000
_RATINGS = {
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
        counts=_counts(found.counts),
        mean_score=found.counts.mean_score,
    )
    for category, positive, neutral, negative in found.categories:
        response.categories.add(
            category=feedback_pb2.FeedbackCategory.ValueType(CATEGORY_NUMBERS[category]),
            positive=positive,
            neutral=neutral,
            negative=negative,
        )
    for word, occurrences, users in found.signals:
        kind = feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[word])
        response.signals.add(signal_type=kind, occurrences=occurrences, users=users)
    return response


def conversation(found: Conversation, next_page: str) -> ingest_service_pb2.GetConversationSummaryResponse:
    """Sums up a conversation."""
    response = ingest_service_pb2.GetConversationSummaryResponse(
        next_page_token=next_page,
        output_count=found.outputs,
        counts=_counts(found.counts),
        mean_score=found.counts.mean_score,
    )
    for line in found.lines:
        response.outputs.add(
            output_id=line.output_id,
            models_used=line.models,
            create_time=timestamp(line.created_us),
            counts=_counts(line.counts),
            mean_score=line.counts.mean_score,
        )
    return response


def widget(rating: int | None, voice: bool) -> ingest_service_pb2.GetWidgetConfigResponse:
    """Tells a widget what to show; the same for all tenants so far."""
    return ingest_service_pb2.GetWidgetConfigResponse(
        thumbs_enabled=True,
        comments_enabled=True,
        voice_enabled=voice,
        categories=[feedback_pb2.FeedbackCategory.ValueType(number) for number in sorted(CATEGORY_NUMBERS.values())],
        signals=[feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[word]) for word in SENTIMENTS],
        comment_characters_max=COMMENT_CHARACTERS_MAX,
        batch_items_max=BATCH_ITEMS_MAX,
        flush_interval_ms=FLUSH_INTERVAL_MS,
        current_rating=_RATINGS[rating],
    )


def _counts(counts: Counts) -> ingest_service_pb2.FeedbackCounts:
    return ingest_service_pb2.FeedbackCounts(
        positive=counts.positive,
        neutral=counts.neutral,
        negative=counts.negative,
        comments=counts.comments,
        signals=counts.signals,
        voice=counts.voice,
        users=counts.users,
    )
