"""Tenant isolation: tenants that use the same names do not see each other's data."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import IngestService, batch, manifest, reason_of, signal, thumb
from tests.support.suite import token

ACME, GLOBEX, OPERATOR = token("acme"), token("globex"), token("", "operator")
RATINGS = {"acme": feedback_pb2.RATING_POSITIVE, "globex": feedback_pb2.RATING_NEGATIVE}
CALLERS = {"acme": ACME, "globex": GLOBEX}
REQUEST, OTHER_REQUEST, THIRD_REQUEST = (f"018f0000-0000-7000-8000-00000000000{index}" for index in range(3))
SIGNAL = "018f0000-0000-7000-8000-0000000000ff"


def events(tenant: str) -> list[tuple[str, Any]]:
    """Returns writes with the same identifiers for every tenant and different content."""
    record, rate, signals = (
        manifest("o", f"model of {tenant}", conversation_id="c"),
        thumb("o", RATINGS[tenant], comment=tenant),
        batch([signal("o", 1 if tenant == "acme" else 14)]),
    )
    record.request_id, rate.request_id, signals.request_id = REQUEST, OTHER_REQUEST, THIRD_REQUEST
    signals.signals[0].signal_id = SIGNAL
    return [("RecordManifest", record), ("SubmitExplicitFeedback", rate), ("BatchSubmitImplicitSignals", signals)]


async def fill(ingest: IngestService) -> None:
    """Submits concurrent writes of both tenants, so that they share transactions."""
    calls = (ingest.call(*each, caller) for tenant, caller in CALLERS.items() for each in events(tenant))
    answers = await asyncio.gather(*calls)
    outcomes = [getattr(answer, "outcome", None) or answer.results[0].outcome for answer in answers]
    assert outcomes == [feedback_pb2.ITEM_OUTCOME_ACCEPTED] * 6


async def test_data_with_same_identifiers_is_separate_per_tenant(ingest: IngestService) -> None:
    await fill(ingest)
    for tenant, caller in CALLERS.items():
        mine = tenant == "acme"
        stats = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o"), caller)
        assert (stats.counts.positive, stats.counts.negative, stats.counts.users) == (int(mine), int(not mine), 1)
        assert [each.signal_type for each in stats.signals] == [1 if mine else 14]
        ask = pb.GetConversationSummaryRequest(conversation_id="c")
        summary = await ingest.call("GetConversationSummary", ask, caller)
        assert [list(each.models_used) for each in summary.outputs] == [[f"model of {tenant}"]]
        assert (summary.output_count, summary.counts.users) == (1, 1)
        widget = pb.GetWidgetConfigRequest(user_id="u", output_id="o")
        assert (await ingest.call("GetWidgetConfig", widget, caller)).current_rating == RATINGS[tenant]


async def test_retraction_affects_own_tenant_only(ingest: IngestService) -> None:
    await fill(ingest)
    back = pb.RetractFeedbackRequest(request_id=SIGNAL, output_id="o", user_id="u")
    answer = await ingest.call("RetractFeedback", back, ACME)
    assert (answer.explicit_retracted, answer.signals_retracted) == (True, 1)
    stats = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o"), GLOBEX)
    assert (stats.counts.negative, stats.counts.signals) == (1, 1)


async def test_reads_by_other_tenant_find_nothing(ingest: IngestService) -> None:
    await fill(ingest)
    stranger = token("initech")
    asked: list[tuple[str, Any]] = [
        ("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o")),
        ("GetConversationSummary", pb.GetConversationSummaryRequest(conversation_id="c")),
    ]
    for method, request in asked:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call(method, request, stranger)
        assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    widget = pb.GetWidgetConfigRequest(user_id="u", output_id="o")
    assert (await ingest.call("GetWidgetConfig", widget, stranger)).current_rating == 0
    back = pb.RetractFeedbackRequest(request_id=REQUEST, output_id="o", user_id="u")
    answer = await ingest.call("RetractFeedback", back, stranger)
    assert (answer.explicit_retracted, answer.signals_retracted) == (False, 0)


async def test_page_token_of_other_tenant_is_refused(ingest: IngestService) -> None:
    for caller in CALLERS.values():
        for index in range(2):
            await ingest.call("RecordManifest", manifest(f"o{index}", conversation_id="c"), caller)
    ask = pb.GetConversationSummaryRequest(conversation_id="c", page_size=1)
    ask.page_token = (await ingest.call("GetConversationSummary", ask, ACME)).next_page_token
    assert (await ingest.call("GetConversationSummary", ask, ACME)).outputs[0].output_id == "o1"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("GetConversationSummary", ask, GLOBEX)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_write_for_other_tenant_is_denied_and_not_stored(ingest: IngestService) -> None:
    for method, request in events("acme"):
        request.tenant_id = "acme"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call(method, request, GLOBEX)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.PERMISSION_DENIED, "TENANT_MISMATCH")
    assert await ingest.number("SELECT count(*) FROM ingest.requests") == 0
    assert await ingest.number("SELECT count(*) FROM ingest.learn_queue") == 0


async def test_operator_without_tenant_is_refused(ingest: IngestService) -> None:
    request = thumb("o")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("SubmitExplicitFeedback", request, OPERATOR)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    request.tenant_id = "globex"
    await ingest.call("SubmitExplicitFeedback", request, OPERATOR)
    tenants = await ingest.rows("SELECT tenant_id FROM ingest.explicit_feedback")
    assert [row["tenant_id"] for row in tenants] == ["globex"]


@pytest.mark.parametrize(
    ("method", "role"),
    [
        ("SubmitImplicitSignal", "expert"),
        ("RecordManifest", "expert"),
        ("ForgetUser", "service"),
        ("ExportUser", "expert"),
    ],
)
async def test_call_without_required_role_is_denied(ingest: IngestService, method: str, role: str) -> None:
    requests: dict[str, Any] = {
        "SubmitImplicitSignal": pb.SubmitImplicitSignalRequest(request_id=REQUEST, signal=signal("o")),
        "RecordManifest": manifest("o"),
        "ForgetUser": pb.ForgetUserRequest(request_id=REQUEST, user_id="u"),
        "ExportUser": pb.ExportUserRequest(user_id="u"),
    }
    call = getattr(ingest.stub, method)(requests[method], metadata=token("acme", role), timeout=10)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await (call.read() if method == "ExportUser" else call)
    assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")


async def test_call_without_token_is_unauthenticated(ingest: IngestService) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("SubmitExplicitFeedback", thumb("o"), grpc.aio.Metadata())
    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert await ingest.number("SELECT count(*) FROM ingest.requests") == 0
