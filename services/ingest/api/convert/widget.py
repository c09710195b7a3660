"""Converts the state of the widget to its response."""

from __future__ import annotations

from ingest.api.convert.enums import CATEGORY_NUMBERS, RATING_NUMBERS, SIGNAL_NUMBERS
from ingest.api.convert.write_responses import BATCH_ITEMS_MAX
from ingest.domain.model import SENTIMENTS
from ingest.surveys.prompts import WidgetState
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

COMMENT_CHARACTERS_MAX = 4000
FLUSH_INTERVAL_MS = 2000


def widget_response(state: WidgetState, *, is_voice_enabled: bool) -> pb.GetWidgetConfigResponse:
    """Returns the configuration of the widget, which is the same for all tenants, and its state."""
    return pb.GetWidgetConfigResponse(
        thumbs_enabled=True,
        comments_enabled=True,
        voice_enabled=is_voice_enabled,
        categories=[feedback_pb2.FeedbackCategory.ValueType(number) for number in sorted(CATEGORY_NUMBERS.values())],
        signals=[feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[name]) for name in SENTIMENTS],
        comment_characters_max=COMMENT_CHARACTERS_MAX,
        batch_items_max=BATCH_ITEMS_MAX,
        flush_interval_ms=FLUSH_INTERVAL_MS,
        current_rating=RATING_NUMBERS[state.rating],
        ask=state.decision.is_prompt,
        ask_reason=pb.AskReason.Value(f"ASK_REASON_{state.decision.reason.name}"),
        ask_probability=state.decision.probability,
    )
