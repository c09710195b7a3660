"""Scores of evaluations that are no votes: stored once, under the output that they name, per tenant, within a limit."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import grpc
import pytest

from ingest.evaluators.scores import LEFT_OUT
from ingest.notify.learner import NoLearnerNotifier
from ingest.privacy.retention import Retention
from ingest.settings import RetentionSettings
from kit.postgres.pool import PostgresSettings, open_database
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.aliases import ADMIN
from tests.ingest.fixtures.service import CALLER, IngestService, manifest, new_id, open_service, reason_of, time_at
from tests.support.servers import url_as
from tests.support.suite import token

pytestmark = pytest.mark.server
TOTAL = "SELECT count(*) FROM ingest.evaluation_scores"


def score(
    output: str, value: float = 4.0, name: str = "house style", user: str = "", seconds: float = 0.0
) -> feedback_pb2.EvaluationScore:
    """Returns a score at BEGIN plus a number of seconds."""
    return feedback_pb2.EvaluationScore(
        output_id=output, name=name, score=value, user_id=user, observe_time=time_at(seconds)
    )


async def record(
    service: IngestService, *scores: feedback_pb2.EvaluationScore, caller: Any = CALLER
) -> tuple[int, int, int]:
    """Records scores; returns how many were stored, were duplicates and were left out."""
    answer = await service.call("RecordEvaluationScores", pb.RecordEvaluationScoresRequest(scores=scores), caller)
    return answer.stored, answer.duplicates, answer.left_out


async def scores_of(service: IngestService, output: str, caller: Any = ADMIN) -> list[tuple[str, float, str]]:
    """Returns name, score and user of the scores of an output."""
    found = await service.call("GetOutput", pb.GetOutputRequest(output_id=output), caller)
    return [(each.name, each.score, each.user_id) for each in found.evaluation_scores]


async def export(service: IngestService, user: str) -> list[dict[str, Any]]:
    """Returns the scores in the export of a user."""
    call = service.stub.ExportUser(pb.ExportUserRequest(user_id=user), metadata=ADMIN, timeout=10)
    return [json.loads(each.record_json) async for each in call if each.kind == "evaluation_scores"]


async def record_output(service: IngestService, name: str, user: str = "u", *aliases: str) -> None:
    request = manifest(name, output_aliases=aliases, output_id_foreign=True)
    request.manifest.user_id = user
    await service.call("RecordManifest", request)


async def test_score_survives_a_restart_and_a_repeat_counts_once(database_url: str, redis_url: str) -> None:
    first, later = score("o", 3.0), score("o", 5.0, seconds=9)
    async with open_service(database_url, redis_url) as service:
        assert await record(service, first, later, first) == (2, 1, 0)
    async with open_service(database_url, redis_url) as service:
        assert await record(service, later, score("p")) == (1, 1, 0)
        assert await scores_of(service, "o") == [("house style", 5.0, ""), ("house style", 3.0, "")]
        found = await service.call("GetOutput", pb.GetOutputRequest(output_id="o"), ADMIN)
        assert not found.HasField("manifest")
        assert found.evaluation_scores[0].observe_time == time_at(9)
        assert await service.number("SELECT count(*) FROM ingest.learn_queue") == 0
        assert found.counts.users == 0


async def test_concurrent_repeats_count_once(ingest: IngestService) -> None:
    scores = [score(f"o{number}") for number in range(100)]
    answers = await asyncio.gather(*(record(ingest, *scores[::step]) for step in (1, -1) * 4))
    assert [sum(each) for each in zip(*answers, strict=True)] == [100, 700, 0]
    assert await ingest.number(TOTAL) == 100


async def test_score_without_a_time_is_stored_once_with_the_time_of_receipt(ingest: IngestService) -> None:
    timeless = feedback_pb2.EvaluationScore(output_id="o", name="tone", score=0.0)
    assert [await record(ingest, timeless) for _ in range(2)] == [(1, 0, 0), (0, 1, 0)]
    age = "SELECT count(*) FROM ingest.evaluation_scores WHERE observed_at > now() - interval '1 minute'"
    assert await ingest.number(age) == 1


async def test_scores_of_another_tenant_are_not_visible(ingest: IngestService) -> None:
    for tenant, value in (("acme", 1.0), ("globex", 2.0)):
        assert await record(ingest, score("o", value), score("o", 9.0), caller=token(tenant)) == (2, 0, 0)
    assert sorted(each[1] for each in await scores_of(ingest, "o")) == [1.0, 9.0]
    assert sorted(each[1] for each in await scores_of(ingest, "o", token("globex", "admin"))) == [2.0, 9.0]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await scores_of(ingest, "o", token("initech", "admin"))
    assert reason_of(refused.value) == "OUTPUT_UNKNOWN"


@pytest.mark.parametrize("is_first", [True, False])
async def test_score_under_an_alias_belongs_to_the_output_in_any_order(ingest: IngestService, is_first: bool) -> None:
    response_id = "r" * 205
    named = [score("trace-span", 1.0), score(response_id, 2.0), score("shared", 3.0, user="bob"), score("shared", 4.0)]

    async def record_outputs() -> None:
        await record_output(ingest, "o", "ann", "trace-span", response_id)
        await record_output(ingest, "shared", "ann")
        await record_output(ingest, "shared", "bob")

    if is_first:
        await record(ingest, *named)
        await record_outputs()
    else:
        await record_outputs()
        await record(ingest, *named)
    assert await record(ingest, *named) == (0, 4, 0)
    assert sorted(each[1] for each in await scores_of(ingest, "o")) == [1.0, 2.0]
    assert await scores_of(ingest, "trace-span") == await scores_of(ingest, "o")
    assert await scores_of(ingest, "shared") == [("house style", 4.0, "")]
    (own,) = await ingest.rows("SELECT output_id FROM ingest.execution_manifests WHERE user_id = 'bob'")
    assert await scores_of(ingest, own[0]) == [("house style", 3.0, "bob")]


async def test_scores_are_exported_and_erased_with_their_user_and_the_output(ingest: IngestService) -> None:
    await record_output(ingest, "of ann", "ann", "trace-span")
    await record_output(ingest, "of bob", "bob")
    await record(ingest, score("of ann", 1.0), score("trace-span", 2.0), score("of ann", 3.0, user="bob"))
    await record(ingest, score("of bob", 4.0, user="ann"), score("of bob", 5.0), score("unrecorded", 6.0, user="ann"))
    await record(ingest, score("of ann"), caller=token("globex"))
    assert sorted(each["score"] for each in await export(ingest, "ann")) == [1.0, 2.0, 4.0, 6.0]
    assert sorted(each["score"] for each in await export(ingest, "bob")) == [3.0, 5.0]
    request = pb.ForgetUserRequest(request_id=new_id(), user_id="ann")
    # The output is a row of two tables and has an alias.
    assert (await ingest.call("ForgetUser", request, ADMIN)).rows_erased == 5 + 3
    assert await export(ingest, "ann") == []
    left = await ingest.rows("SELECT tenant_id, score FROM ingest.evaluation_scores ORDER BY 1")
    assert [tuple(row) for row in left] == [("acme", 5.0), ("globex", 4.0)]


async def test_scores_over_the_limit_are_counted_and_not_stored(database_url: str, redis_url: str) -> None:
    before = LEFT_OUT._value.get()
    async with open_service(database_url, redis_url, {"RADIANT_EVALUATION_SCORES_MAX": "3"}) as service:
        assert await record(service, score("a"), score("b")) == (2, 0, 0)
        assert await record(service, score("a"), score("b"), score("c"), score("d"), score("e")) == (1, 2, 2)
        assert await record(service, score("c"), score("f")) == (0, 1, 1)
        assert await record(service, score("a"), caller=token("globex")) == (1, 0, 0)
    assert LEFT_OUT._value.get() - before == 3
    async with open_service(database_url, redis_url, {"RADIANT_EVALUATION_SCORES_MAX": "4"}) as service:
        assert await record(service, score("d"), score("e")) == (1, 0, 1)
        assert await service.number(TOTAL) == 5


async def test_scores_are_deleted_after_the_retention_period_and_with_their_output(ingest: IngestService) -> None:
    await record_output(ingest, "old", "u", "alias")
    await record(ingest, score("old"), score("unrecorded"))
    recent = feedback_pb2.EvaluationScore(output_id="alias", name="n", score=1.0)
    kept = feedback_pb2.EvaluationScore(output_id="other", name="n", score=2.0)
    await record(ingest, recent, kept)
    postgres = PostgresSettings(url=url_as("radiant_ingest", ingest.database_url), application_name="retention")
    periods = RetentionSettings(feedback=timedelta(days=60), signals=timedelta(), unmatched=timedelta())
    async with open_database(postgres) as database:
        await Retention(database, periods, NoLearnerNotifier()).run_once()
    assert [row[0] for row in await ingest.rows("SELECT score FROM ingest.evaluation_scores")] == [2.0]


async def test_invalid_score_is_refused_by_field(ingest: IngestService) -> None:
    wrong = score("o")
    wrong.observe_time.seconds = 4_000_000_000
    with pytest.raises(grpc.aio.AioRpcError, match=r"scores\[1\].observe_time") as refused:
        await record(ingest, score("o"), wrong)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.aio.AioRpcError, match=r"scores\[0\].score"):
        await record(ingest, feedback_pb2.EvaluationScore(output_id="o", name="n"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await record(ingest, score("o"), caller=token("acme", "expert"))
    assert reason_of(refused.value) == "ROLE_MISSING"
    assert await ingest.number(TOTAL) == 0
