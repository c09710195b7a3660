"""Evaluations whose score has no known range: stored as scores of their output, and not as votes."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from kit.errors import Unavailable
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.fixtures.otlp import (
    CHAT,
    OtlpGateway,
    derived_output_id,
    evaluation,
    evaluation_event,
    evaluation_record,
    log_request,
    otlp_gateway,
    span,
)
from tests.gateway.otlp.test_retries import SHORT_RETRY, FlakyIngest, retry_info
from tests.ingest.fixtures import service as ingest
from tests.support.suite import token

STYLE = evaluation("house style", 4.0)
STORED = "stored as a score and not as a vote once: is an evaluation whose score has no known range and no label"


async def scores(gateway: OtlpGateway, output: str) -> list[tuple[str, float, str]]:
    """Returns name, score and user of the scores of an output."""
    request = pb.GetOutputRequest(output_id=output)
    found = await gateway.intake.call("GetOutput", request, token("acme", "admin"))
    return [(each.name, each.score, each.user_id) for each in found.evaluation_scores]


async def test_score_in_a_span_is_stored_once_and_is_no_vote(gateway: OtlpGateway) -> None:
    attributes = {**CHAT, "gen_ai.response.id": "r", "user.id": "ada"}
    rated = span(1, attributes, events=[evaluation_event(STYLE)])
    for _ in range(2):
        answer = await gateway.export_spans(rated)
        assert (answer.partial_success.rejected_spans, answer.partial_success.error_message) == (0, STORED)
    assert await scores(gateway, "r") == [("house style", 4.0, "ada")]
    assert await gateway.votes() == []


async def test_score_before_its_span_belongs_to_the_output(gateway: OtlpGateway) -> None:
    await gateway.export_log_records(evaluation_record(1, STYLE), evaluation_record(2, evaluation("tone", -2)))
    await gateway.export_spans(span(1, {**CHAT, "gen_ai.response.id": "r"}), span(2))
    assert await scores(gateway, "r") == [("house style", 4.0, "")]
    assert await scores(gateway, derived_output_id(2)) == [("tone", -2.0, "")]
    named = evaluation_record(7, {**STYLE, "gen_ai.response.id": "r", "user.id": "bob"}, trace_id=b"", span_id=b"")
    assert (await gateway.export_log_records(named)).partial_success.rejected_log_records == 0
    assert ("house style", 4.0, "bob") in await scores(gateway, "r")


async def test_invalid_score_is_rejected_alone(gateway: OtlpGateway) -> None:
    late = evaluation_record(1, STYLE, time_unix_nano=4_000_000_000_000_000_000)
    unnamed = evaluation_record(2, STYLE, trace_id=b"", span_id=b"")
    others = [evaluation_record(3, evaluation("n" * 201, 4.0)), evaluation_record(4, evaluation("house style", 1e16))]
    answer = await gateway.export_log_records(late, unnamed, *others, evaluation_record(5, STYLE))
    assert answer.partial_success.rejected_log_records == 4
    for field in ("observe_time", "gen_ai.response.id", "gen_ai.evaluation.name", "gen_ai.evaluation.score.value"):
        assert f" {field}: " in answer.partial_success.error_message
    assert await gateway.intake.number("SELECT count(*) FROM ingest.evaluation_scores") == 1


async def test_score_on_a_span_without_an_output_is_rejected(gateway: OtlpGateway) -> None:
    answer = await gateway.export_spans(span(1, {"http.method": "GET"}, events=[evaluation_event(STYLE)]))
    assert answer.partial_success.rejected_spans == 1
    assert "gen_ai.response.id" in answer.partial_success.error_message


async def test_scores_over_the_limit_are_stated_in_the_response(database_url: str, redis_url: str) -> None:
    limit = {"RADIANT_EVALUATION_SCORES_MAX": "1"}
    async with ingest.open_service(database_url, redis_url, limit) as intake, otlp_gateway(intake) as gateway:
        answer = await gateway.export_log_records(evaluation_record(1, STYLE), evaluation_record(2, STYLE))
        assert answer.partial_success.rejected_log_records == 0
        assert "not stored once: is a score, and the tenant has" in answer.partial_success.error_message


async def test_failed_delivery_of_scores_is_retried(
    monkeypatch: pytest.MonkeyPatch, intake: ingest.IngestService
) -> None:
    failures = [Unavailable("Not now.", SHORT_RETRY)]

    class NoScores(FlakyIngest):
        async def record_scores(self, request: Any, authorization: str) -> pb.RecordEvaluationScoresResponse:
            if failures:
                raise failures.pop()
            return await super().record_scores(request, authorization)

    NoScores.before, NoScores.after, NoScores.release = [], [], None
    monkeypatch.setattr("gateway.app.IngestClient", NoScores)
    body = log_request(evaluation_record(1, STYLE)).SerializeToString()
    async with otlp_gateway(intake) as gateway:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("logs", body)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert retry_info(refused.value).retry_delay.ToTimedelta() == SHORT_RETRY
        await gateway.call("logs", body)
        assert await scores(gateway, derived_output_id(1)) == [("house style", 4.0, "")]


async def test_failed_evaluation_is_not_stored(gateway: OtlpGateway) -> None:
    failed = evaluation_record(1, {**STYLE, "error.type": "timeout"})
    await gateway.export_log_records(failed)
    assert await gateway.intake.number("SELECT count(*) FROM ingest.evaluation_scores") == 0
