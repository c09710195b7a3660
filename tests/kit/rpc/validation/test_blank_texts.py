"""Free texts without a visible character: an optional one becomes empty, a required one is refused."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from buf.validate import validate_pb2
from kit.errors import Invalid
from kit.rpc.validation import validate
from kit.rpc.validation.blank_texts import TEXT_FIELDS, clear_blank_texts
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2
from radiant.voice.v1 import voice_service_pb2
from tests.kit.users.test_user_keys import request_fields, with_text

BLANK = " \u200b\ufeff\u2800\u3164"
OTHER_FIELDS = {"feedback_output_id", "output_id", "page_token", "user_agent"}
"""Long fields that are no free text."""


def test_every_long_text_of_a_request_is_covered_or_listed() -> None:
    long = {
        field.name
        for _, _, field in request_fields()
        if field.type == field.TYPE_STRING and field.GetOptions().Extensions[validate_pb2.field].string.max_len >= 500
    }
    assert long - TEXT_FIELDS - OTHER_FIELDS == set()
    assert {field.name for _, _, field in request_fields()} >= TEXT_FIELDS


def test_every_blank_text_of_every_request_becomes_empty_and_visible_text_is_unchanged() -> None:
    covered = 0
    for kind, path, field in request_fields():
        if field.name not in TEXT_FIELDS or field.type != field.TYPE_STRING:
            continue
        for text, expected in ((BLANK, ""), ("\u200ba\u3000", "\u200ba\u3000")):
            message, last = with_text(kind, path, text)
            clear_blank_texts(message)
            assert getattr(last, field.name) == expected, f"{kind.full_name}.{path}"
        covered += 1
    assert covered == 24


def test_blank_text_with_refused_control_character_is_refused() -> None:
    request = learning_service_pb2.PinTrustScoreRequest(reason="\n")
    comment = ingest_service_pb2.SubmitExplicitFeedbackRequest(feedback=feedback_pb2.ExplicitFeedback(comment=" \0"))
    for message, field in ((request, "reason"), (comment, "feedback.comment")):
        with pytest.raises(Invalid) as refusal:
            validate(message)
        [found] = [each.why for each in refusal.value.violations if each.field == field]
        assert "must match" in found or "regex" in found


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (learning_service_pb2.PinTrustScoreRequest(reason=BLANK), "reason"),
        (voice_service_pb2.TranslateTextRequest(text=BLANK), "text"),
    ],
)
def test_required_text_without_visible_character_is_refused_with_its_field(request_: Message, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        validate(request_)
    assert field in [each.field for each in refusal.value.violations]
