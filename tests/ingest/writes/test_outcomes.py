"""Outcomes of calls: stated by the manifest or later, in any order, without changing what is stated."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import IngestService, manifest, new_id, problems_of, reason_of, thumb, time_at
from tests.support.suite import token

OK, ERROR = manifest_pb2.OUTCOME_STATUS_OK, manifest_pb2.OUTCOME_STATUS_ERROR
ACCEPTED, DUPLICATE = feedback_pb2.ITEM_OUTCOME_ACCEPTED, feedback_pb2.ITEM_OUTCOME_DUPLICATE
EVER = pb.GetTenantFeedbackStatsRequest(start_time=time_at(-1), end_time=time_at(86_400))
TOO_MANY = manifest_pb2.Outcome(status=ERROR, error_type="429", error_message="Too many requests.")


def outcome(output: str, status: Any = OK, **values: Any) -> pb.RecordOutcomeRequest:
    """Returns a request with an outcome."""
    stated = manifest_pb2.Outcome(status=status)
    return pb.RecordOutcomeRequest(request_id=new_id(), output_id=output, outcome=stated, **values)


async def stored(ingest: IngestService, output: str) -> manifest_pb2.ExecutionManifest:
    """Returns the manifest of an output."""
    answer: pb.GetOutputResponse = await ingest.call("GetOutput", pb.GetOutputRequest(output_id=output))
    return answer.manifest


async def test_unmeasured_values_are_absent_and_count_in_no_mean(ingest: IngestService) -> None:
    await ingest.call("RecordManifest", manifest("unknown"))
    await ingest.call("RecordManifest", manifest("free", total_cost=0.0, total_latency_ms=100.0))
    await ingest.call("RecordManifest", manifest("paid", total_cost=0.5, total_latency_ms=300.0))
    unknown, free = await stored(ingest, "unknown"), await stored(ingest, "free")
    assert [unknown.HasField(name) for name in ("total_cost", "total_latency_ms", "input_tokens", "output_tokens")] == (
        [False] * 4
    )
    assert (free.HasField("total_cost"), free.HasField("input_tokens")) == (True, False)
    answer: pb.GetTenantFeedbackStatsResponse = await ingest.call("GetTenantFeedbackStats", EVER)
    total, model = answer.total, answer.models[0]
    assert (total.outputs, total.cost_usd, total.cost_count) == (3, 0.5, 2)
    assert (total.latency_ms_mean, total.latency_count) == (200.0, 2)
    assert (model.cost_usd_mean, model.cost_count, model.latency_ms_mean, model.latency_count) == (0.25, 2, 200.0, 2)


async def test_values_that_differ_from_the_manifest_are_named_and_do_not_count(ingest: IngestService) -> None:
    await ingest.call("RecordManifest", manifest("o", output_tokens=5))
    answer = await ingest.call("RecordOutcome", outcome("o", output_tokens=99, total_cost=0.5))
    assert list(answer.superseded_values) == ["output_tokens"]
    found = await stored(ingest, "o")
    assert (found.output_tokens, found.total_cost) == (5, 0.5)
    assert not (await ingest.call("RecordOutcome", outcome("later", output_tokens=99))).superseded_values


async def test_steps_and_provider_health_keep_unknown_values_absent(ingest: IngestService) -> None:
    steps = [manifest_pb2.ManifestStep(model="m"), manifest_pb2.ManifestStep(model="m", cost=0.0, input_tokens=0)]
    health = {"p": manifest_pb2.ProviderHealth(status="up"), "q": manifest_pb2.ProviderHealth(error_rate=0.0)}
    await ingest.call("RecordManifest", manifest("o", steps=steps, provider_health=health))
    answer = await stored(ingest, "o")
    assert (list(answer.steps), dict(answer.provider_health)) == (steps, health)


async def test_failed_calls_count_in_no_mean_but_in_the_cost(ingest: IngestService) -> None:
    for number in range(3):
        failed = manifest(f"f{number}", total_latency_ms=20.0, total_cost=0.25, outcome=TOO_MANY)
        await ingest.call("RecordManifest", failed)
    await ingest.call("RecordManifest", manifest("good", total_latency_ms=2000.0, total_cost=1.0))
    answer: pb.GetTenantFeedbackStatsResponse = await ingest.call("GetTenantFeedbackStats", EVER)
    total, model = answer.total, answer.models[0]
    assert (total.outputs, total.outputs_failed, total.latency_ms_mean, total.latency_count) == (4, 3, 2000.0, 1)
    assert (total.cost_usd, total.cost_count) == (1.75, 4)
    assert (model.outputs_failed, model.latency_ms_mean, model.cost_usd_mean, model.cost_count) == (3, 2000.0, 1.0, 1)
    listed: pb.ListOutputsResponse = await ingest.call("ListOutputs", pb.ListOutputsRequest())
    assert {each.output_id: each.outcome for each in listed.outputs} == {
        **{f"f{number}": ERROR for number in range(3)}, "good": manifest_pb2.OUTCOME_STATUS_UNSPECIFIED
    }  # fmt: skip
    assert (await stored(ingest, "f0")).outcome == TOO_MANY


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_outcome_and_manifest_in_any_order_give_the_same_output(
    ingest: IngestService, order: tuple[int, ...]
) -> None:
    requests = [
        ("RecordManifest", manifest("o", total_cost=0.5, input_tokens=7)),
        ("RecordOutcome", outcome("o", total_cost=9.0, input_tokens=9, total_latency_ms=30.0)),
        ("RecordOutcome", outcome("o", output_tokens=0, time_to_first_token_ms=2.0)),
    ]
    for place in order:
        method, request = requests[place]
        answer = await ingest.call(method, request)
        assert answer.outcome == ACCEPTED
        if method == "RecordOutcome":
            assert answer.manifest_known == (order.index(0) < order.index(place))
    made = await stored(ingest, "o")
    assert (made.total_cost, made.input_tokens) == (0.5, 7)
    assert (made.total_latency_ms, made.time_to_first_token_ms) == (30.0, 2.0)
    assert (made.outcome.status, made.HasField("output_tokens"), made.output_tokens) == (OK, True, 0)


async def test_repeated_outcome_returns_first_answer_and_equal_outcome_is_duplicate(ingest: IngestService) -> None:
    request = outcome("o", total_cost=0.5)
    assert (await ingest.call("RecordOutcome", request)).outcome == ACCEPTED
    assert (await ingest.call("RecordOutcome", request)).outcome == ACCEPTED
    assert (await ingest.call("RecordOutcome", outcome("o"))).outcome == DUPLICATE
    request.total_cost = 1.0
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("RecordOutcome", request)
    assert reason_of(caught.value) == "REQUEST_ID_REUSED"
    assert await ingest.number("SELECT count(*) FROM ingest.outcomes") == 1


@pytest.mark.parametrize("first", ["outcome", "manifest"])
async def test_contradicting_outcome_is_refused_with_its_fields(ingest: IngestService, first: str) -> None:
    if first == "outcome":
        await ingest.call("RecordOutcome", outcome("o", total_cost=0.5))
    else:
        await ingest.call("RecordManifest", manifest("o", outcome=manifest_pb2.Outcome(status=OK)))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("RecordOutcome", outcome("o", ERROR, total_latency_ms=1.0))
    found = caught.value.code(), reason_of(caught.value)
    assert found == (grpc.StatusCode.ALREADY_EXISTS, "OUTCOME_EXISTS")
    assert "different outcome: outcome." in (caught.value.details() or "")
    if first == "outcome":
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call("RecordOutcome", outcome("o", total_cost=0.25, input_tokens=1))
        assert "different outcome: total_cost." in (caught.value.details() or "")
    assert await ingest.number("SELECT count(*) FROM ingest.outcomes WHERE total_latency_ms IS NOT NULL") == 0


async def test_concurrent_outcomes_of_one_output_leave_one_status(ingest: IngestService) -> None:
    calls = [ingest.call("RecordOutcome", outcome("o", status)) for status in (OK, ERROR) * 10]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    kept = [each.outcome for each in answers if isinstance(each, pb.RecordOutcomeResponse)]
    assert (len(refused), sorted(kept)) == (10, [ACCEPTED] + [DUPLICATE] * 9)
    assert {reason_of(each) for each in refused} == {"OUTCOME_EXISTS"}


async def test_outcome_without_status_is_invalid(ingest: IngestService) -> None:
    for request, field in (
        (pb.RecordOutcomeRequest(request_id=new_id(), output_id="o"), "outcome"),
        (outcome("o", manifest_pb2.OUTCOME_STATUS_UNSPECIFIED), "outcome.status"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call("RecordOutcome", request)
        assert problems_of(caught.value) == [field]


async def test_outcome_queues_output_for_learner(ingest: IngestService) -> None:
    await ingest.call("RecordOutcome", outcome("o"))
    assert await ingest.number("SELECT count(*) FROM ingest.learn_queue WHERE output_id = 'o' AND user_id = ''") == 1
    await ingest.call("RecordOutcome", outcome("o"))
    assert await ingest.number("SELECT count(*) FROM ingest.learn_queue") == 1


async def test_outcome_is_exported_and_erased_with_the_user_of_its_output(ingest: IngestService) -> None:
    await ingest.call("RecordOutcome", outcome("o", ERROR))
    await ingest.call("RecordOutcome", outcome("other", ERROR))
    await ingest.call("RecordManifest", manifest("o"))
    await ingest.call("SubmitExplicitFeedback", thumb("o"))
    admin = token("acme", "admin")
    export = ingest.stub.ExportUser(pb.ExportUserRequest(user_id="u"), metadata=admin, timeout=10)
    assert sorted([each.kind async for each in export]) == ["execution_manifests", "explicit_feedback", "outcomes"]
    await ingest.call("ForgetUser", pb.ForgetUserRequest(request_id=new_id(), user_id="u"), admin)
    assert [row["output_id"] for row in await ingest.rows("SELECT output_id FROM ingest.outcomes")] == ["other"]


async def test_outcome_of_other_tenant_does_not_complete_output(ingest: IngestService) -> None:
    await ingest.call("RecordOutcome", outcome("o", ERROR, total_cost=1.0), token("globex"))
    await ingest.call("RecordManifest", manifest("o"))
    made = await stored(ingest, "o")
    assert (made.HasField("outcome"), made.HasField("total_cost")) == (False, False)
