"""GetOutput: the manifest as it was recorded and all standing feedback, newest first."""

from __future__ import annotations

import random
import statistics
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2

from kit.postgres.idempotency import fingerprint_of
from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.random_feedback import SPOKEN, counts, submit_random_feedback
from tests.ingest.fixtures.service import (
    BEGIN,
    TENANT,
    IngestService,
    batch,
    manifest,
    new_id,
    reason_of,
    rows,
    signal,
    thumb,
    time_at,
)
from tests.support.suite import token

BEFORE_THE_FLAGS = "f7e0d046575440442429ab3b56413770537ac95c3ddc1466c7cc8f55b4d29524"
"""Fingerprint of a manifest without flags, as computed by releases without the flags."""


async def get_output(ingest: IngestService, output: str, *caller: Any) -> pb.GetOutputResponse:
    """Returns an output."""
    answer: pb.GetOutputResponse = await ingest.call("GetOutput", pb.GetOutputRequest(output_id=output), *caller)
    return answer


def full() -> manifest_pb2.ExecutionManifest:
    """Returns a manifest with all fields set."""
    return manifest_pb2.ExecutionManifest(
        output_id="o",
        user_id="u",
        conversation_id="c",
        message_id="x",
        request_type=manifest_pb2.REQUEST_TYPE_ORCHESTRATION,
        task_type="code",
        domain_mode="legal",
        input_prompt_hash=bytes(range(32)),
        input_prompt_sample="What is the notice period?",
        input_tokens=7,
        input_language="en",
        models_used=["n", "m"],
        model_versions={"m": "2"},
        orchestration_id="i",
        orchestration_name="Draft, then check",
        services_used=["search", "rag"],
        thermal_states={"m": manifest_pb2.THERMAL_STATE_HOT, "n": manifest_pb2.THERMAL_STATE_COLD},
        provider_health={"p": manifest_pb2.ProviderHealth(latency_ms=12, error_rate=0.25, status="fine")},
        brain_reasoning="It was\ncheap.",
        brain_confidence=0.0,
        was_user_override=True,
        output_tokens=9,
        total_latency_ms=12.5,
        time_to_first_token_ms=0.0,
        total_cost=0.125,
        was_streamed=True,
        steps=[manifest_pb2.ManifestStep(model="m", latency_ms=1, input_tokens=2, output_tokens=3, cost=4)],
        decision_id="d",
        propensity=0.5,
        decision_strategy="thompson",
        decision_candidates=["m", "k"],
        create_time=time_at(1.000001),
        experiment_id="018f0000-0000-7000-8000-000000000001",
        variant="b",
        experiment_epoch=3,
        verification_failed=True,
        contradiction_found=True,
        outcome=manifest_pb2.Outcome(
            status=manifest_pb2.OUTCOME_STATUS_ERROR, error_type="429", error_message="Too many requests."
        ),
        requested_models={"n": "auto"},
        output_aliases=["response", "trace-span"],
        output_id_foreign=True,
    )


async def test_manifest_with_all_fields_is_returned_without_prompt(ingest: IngestService) -> None:
    stated = full()
    assert {each.name for each, _ in stated.ListFields()} == {each.name for each in stated.DESCRIPTOR.fields}
    await ingest.call("RecordManifest", pb.RecordManifestRequest(request_id=new_id(), manifest=stated))
    stated.ClearField("input_prompt_sample")
    assert (await get_output(ingest, "o")).manifest == stated


async def test_manifest_with_required_fields_is_returned(ingest: IngestService) -> None:
    request = manifest("o")
    await ingest.call("RecordManifest", request)
    request.manifest.domain_mode = "general"
    answer = await get_output(ingest, "o")
    assert answer.manifest == request.manifest
    assert (answer.counts, answer.HasField("mean_score")) == (pb.FeedbackCounts(), False)


async def test_manifest_with_other_flags_is_different(ingest: IngestService) -> None:
    plain, flagged = manifest("o"), manifest("o", verification_failed=True)
    assert fingerprint_of(plain.manifest).hex() == BEFORE_THE_FLAGS
    await ingest.call("RecordManifest", plain)
    again = manifest("o", verification_failed=False, contradiction_found=False)
    outcome = (await ingest.call("RecordManifest", again)).outcome
    assert outcome == feedback_pb2.ITEM_OUTCOME_DUPLICATE
    for other in (flagged, manifest("o", contradiction_found=True)):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call("RecordManifest", other)
        assert caught.value.code() == grpc.StatusCode.ALREADY_EXISTS


async def test_feedback_of_random_history_matches_reference(ingest: IngestService) -> None:
    world = await submit_random_feedback(ingest, random.Random(8), 40)
    withdrawn = 0
    for output, made in world.manifests.items():
        answer = await get_output(ingest, output)
        assert answer.manifest.create_time == made.create_time
        said = world.of(output)
        votes = {each.user_id: each for each in answer.feedback}
        assert set(votes) == {user for user, unit in said.items() if unit.vote}
        for user, vote in votes.items():
            moment, rating, categories, comment = said[user].vote or (0, 0, (), "")
            assert (vote.client_time, vote.rating - 2, vote.comment) == (time_at(moment), rating, comment)
            assert (list(vote.categories), vote.source) == (sorted(categories), feedback_pb2.FEEDBACK_SOURCE_API)
        kept = [(user, kind) for user, unit in said.items() for kind in unit.kinds]
        assert sorted((each.user_id, each.signal_type) for each in answer.signals) == sorted(kept)
        units = [unit for (of, _), unit in world.units.items() if of == output]
        spoken = [moment for unit in units for moment, _ in unit.voice if unit.stands(3, moment)]
        assert len(answer.voice_ids) == len(spoken)
        for listed in ([e.client_time.ToMicroseconds() for e in part] for part in (answer.feedback, answer.signals)):
            assert listed == sorted(listed, reverse=True)
        assert answer.counts == counts(list(said.values()))
        scores = [unit.score for unit in said.values() if unit.score is not None]
        assert answer.mean_score == pytest.approx(statistics.fmean(scores) if scores else 0.0, abs=1e-12)
        withdrawn += sum(len(unit.signals) - len(unit.kinds) for unit in units)
    assert withdrawn > 0


async def test_signal_value_is_returned(ingest: IngestService) -> None:
    sent = signal("o", seconds=3)
    sent.signal_value.CopyFrom(struct_pb2.Struct())
    sent.signal_value.update({"depth": 0.5, "nested": {"a": [1, None, True]}})
    await ingest.call("BatchSubmitImplicitSignals", batch([sent, signal("o", seconds=2)]))
    answer = await get_output(ingest, "o")
    assert answer.signals[0] == sent
    assert not answer.signals[1].HasField("signal_value")
    assert not answer.HasField("manifest")


async def test_output_without_data_is_not_found_until_voice_comment(ingest: IngestService) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await get_output(ingest, "o")
    assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.NOT_FOUND, "OUTPUT_UNKNOWN")
    await rows(ingest.database_url, SPOKEN, TENANT, "o", "u", BEGIN, "pending", None)
    answer = await get_output(ingest, "o")
    assert (len(answer.voice_ids), answer.counts) == (1, pb.FeedbackCounts())


async def test_feedback_above_limits_is_newest_rows(ingest: IngestService) -> None:
    await ingest.call("BatchSubmitImplicitSignals", batch(signal("o", seconds=n) for n in range(510)))
    for n in range(3):
        await ingest.call("SubmitExplicitFeedback", thumb("o", user=f"u{n}", seconds=n))
    for n in range(102):
        await rows(ingest.database_url, SPOKEN, TENANT, "o", "u", BEGIN + n, "completed", 0.5)
    answer = await get_output(ingest, "o")
    assert [each.client_time for each in answer.signals] == [time_at(n) for n in range(509, 9, -1)]
    assert [each.user_id for each in answer.feedback] == ["u2", "u1", "u0"]
    assert (len(answer.voice_ids), answer.counts.signals) == (100, 510)


async def test_output_of_other_tenant_is_not_found(ingest: IngestService) -> None:
    await ingest.call("RecordManifest", manifest("o"))
    await ingest.call("SubmitExplicitFeedback", thumb("o"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await get_output(ingest, "o", token("globex"))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
