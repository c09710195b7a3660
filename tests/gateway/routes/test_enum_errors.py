"""Errors of enum fields list the names of the valid values, over REST and gRPC."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.fixtures.gateway import Served, draft, vote
from tests.ingest.fixtures.service import CALLER, new_id

RATINGS = "must be one of RATING_NEGATIVE, RATING_NEUTRAL, RATING_POSITIVE"


@pytest.mark.parametrize(
    ("path", "body", "field", "start"),
    [
        ("/feedback/explicit", vote("o", rating="UP"), "rating", RATINGS),
        ("/feedback/explicit", vote("o", rating=""), "rating", RATINGS),
        ("/feedback/explicit", vote("o") | {"rating": 99}, "rating", RATINGS),
        ("/feedback/explicit", vote("o") | {"rating": 1.5}, "rating", RATINGS),
        ("/feedback/explicit", vote("o") | {"rating": True}, "rating", RATINGS),
        ("/feedback/explicit", vote("o") | {"rating": 1e300}, "rating", ""),
        ("/feedback/explicit", vote("o") | {"rating": 10**400}, "rating", ""),
        ("/feedback/explicit", {"outputId": "o", "userId": "u", "source": "FEEDBACK_SOURCE_API"}, "rating", RATINGS),
        (
            "/feedback/explicit",
            vote("o", categories=["FEEDBACK_CATEGORY_TONE", "tone"]),
            "categories[1]",
            "must be one of FEEDBACK_CATEGORY_ACCURACY, ",
        ),
        (
            "/feedback/explicit",
            vote("o", categories=["FEEDBACK_CATEGORY_TONE", 77]),
            "categories[1]",
            "must be one of FEEDBACK_CATEGORY_ACCURACY, ",
        ),
        (
            "/service/feedback/implicit/batch",
            {"signals": [{"outputId": "o", "userId": "u", "signalType": "copied"}]},
            "signals[0].signalType",
            "must be one of SIGNAL_TYPE_FAVORITE_ADDED, ",
        ),
        (
            "/admin/experiments",
            draft() | {"type": "AB"},
            "type",
            "must be one of EXPERIMENT_TYPE_MODEL_ROUTING, ",
        ),
    ],
)
async def test_invalid_enum_value_in_body_lists_the_valid_names(
    served: Served, path: str, body: dict[str, Any], field: str, start: str
) -> None:
    answer = await served.request("POST", path, json=body)
    assert answer.status_code == 400
    errors = {each["field"]: each["detail"] for each in answer.json()["errors"]}
    assert errors[field].startswith(start), errors
    assert "UNSPECIFIED" not in errors[field]


async def test_invalid_enum_value_in_query_lists_the_valid_names(served: Served) -> None:
    answer = await served.request("GET", "/admin/outputs", params={"rating": "up"})
    [error] = answer.json()["errors"]
    assert (error["field"], error["detail"].removeprefix("must be one of ").split(", ")[-3:]) == (
        "rating",
        ["RATING_NEGATIVE", "RATING_NEUTRAL", "RATING_POSITIVE"],
    )


async def test_invalid_enum_value_over_grpc_lists_the_valid_names(served: Served) -> None:
    feedback = feedback_pb2.ExplicitFeedback(output_id="o", user_id="u", source=feedback_pb2.FEEDBACK_SOURCE_API)
    request = pb.SubmitExplicitFeedbackRequest(request_id=new_id(), feedback=feedback)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await served.intake.stub.SubmitExplicitFeedback(request, metadata=CALLER)
    status = rpc_status.from_call(refusal.value)
    found = error_details_pb2.BadRequest()
    assert any(detail.Unpack(found) for detail in status.details)
    assert [(each.field, each.description) for each in found.field_violations] == [("feedback.rating", RATINGS)]
