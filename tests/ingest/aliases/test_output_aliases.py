"""Names of outputs: feedback under an alias, and ids of other systems that several users received."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from kit.ids import digest_id
from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.aliases import ADMIN
from tests.ingest.fixtures.service import CALLER, IngestService, manifest, new_id, reason_of, thumb
from tests.support.suite import token

pytestmark = pytest.mark.server
ACCEPTED, DUPLICATE = feedback_pb2.ITEM_OUTCOME_ACCEPTED, feedback_pb2.ITEM_OUTCOME_DUPLICATE
REJECTED = feedback_pb2.ITEM_OUTCOME_REJECTED


def output(name: str, user: str = "u", *aliases: str, is_foreign: bool = True) -> manifest_pb2.ExecutionManifest:
    """Returns the manifest of an output whose id comes from another system."""
    found: manifest_pb2.ExecutionManifest = manifest(
        name, output_aliases=aliases, output_id_foreign=is_foreign
    ).manifest
    found.user_id = user
    return found


async def record(service: IngestService, *manifests: manifest_pb2.ExecutionManifest) -> list[int]:
    """Records manifests in one call and returns their outcomes."""
    request = pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests)
    return [each.outcome for each in (await service.call("BatchRecordManifests", request, CALLER)).results]


async def outputs(service: IngestService) -> dict[str, str]:
    """Returns the output of each user."""
    found = await service.rows("SELECT user_id, output_id FROM ingest.execution_manifests")
    return {row["user_id"]: row["output_id"] for row in found}


async def votes(service: IngestService) -> list[tuple[str, str]]:
    """Returns output and user of each vote."""
    found = await service.rows("SELECT output_id, user_id FROM ingest.explicit_feedback ORDER BY 1, 2")
    return [(row[0], row[1]) for row in found]


@pytest.mark.parametrize("is_one_call", [False, True])
async def test_response_id_of_second_user_is_second_output_and_repeats_are_duplicates(
    ingest: IngestService, is_one_call: bool
) -> None:
    both = output("r", "ann", "t-1"), output("r", "bob", "t-2")
    for expected in (ACCEPTED, DUPLICATE):
        outcomes = await record(ingest, *both) if is_one_call else [(await record(ingest, each))[0] for each in both]
        assert outcomes == [expected, expected]
    assert await outputs(ingest) == {"ann": "r", "bob": digest_id("r", "bob")}


async def test_call_sent_again_with_another_user_is_no_second_output(ingest: IngestService) -> None:
    assert await record(ingest, output("r", "anonymous", "t-1"), output("r", "bob", "t-2")) == [ACCEPTED, ACCEPTED]
    again = output("r", "ann", "t-1"), output("r", "ann", "t-2"), output("r", "bob", "t-2")
    assert await record(ingest, *again) == [REJECTED, REJECTED, DUPLICATE]
    assert await outputs(ingest) == {"anonymous": "r", "bob": digest_id("r", "bob")}


async def test_feedback_under_shared_response_id_reaches_output_of_its_user(ingest: IngestService) -> None:
    await record(ingest, output("r", "ann", "t-1"), output("r", "bob", "t-2"))
    derived = (await outputs(ingest))["bob"]
    for name, user in (("r", "ann"), ("r", "bob"), ("t-2", "evaluator:tone"), ("t-1", "evaluator:tone")):
        answer = await ingest.call("SubmitExplicitFeedback", thumb(name, user=user), CALLER)
        assert answer.manifest_known
    assert sorted(await votes(ingest)) == sorted(
        [("r", "ann"), (derived, "bob"), (derived, "evaluator:tone"), ("r", "evaluator:tone")]
    )
    retraction = pb.RetractFeedbackRequest(request_id=new_id(), output_id="r", user_id="bob")
    retraction.kinds.append(pb.FEEDBACK_KIND_EXPLICIT)
    assert (await ingest.call("RetractFeedback", retraction, CALLER)).explicit_retracted


async def test_other_manifest_of_same_user_or_own_id_is_still_refused(ingest: IngestService) -> None:
    assert await record(ingest, output("r", "ann")) == [ACCEPTED]
    changed = output("r", "ann")
    changed.task_type = "code"
    assert await record(ingest, changed) == [feedback_pb2.ITEM_OUTCOME_REJECTED]
    own = pb.RecordManifestRequest(request_id=new_id(), manifest=output("r", "bob", is_foreign=False))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await ingest.call("RecordManifest", own, CALLER)
    assert reason_of(refusal.value) == "OUTPUT_EXISTS"


async def test_queries_find_output_by_alias(ingest: IngestService) -> None:
    await record(ingest, output("r", "ann", "trace-span"))
    await ingest.call("SubmitExplicitFeedback", thumb("trace-span", user="ann"), CALLER)
    found = await ingest.call("GetOutput", pb.GetOutputRequest(output_id="trace-span"), ADMIN)
    assert (found.manifest.output_id, len(found.feedback)) == ("r", 1)
    assert list(found.manifest.output_aliases) == ["trace-span"]
    stats = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="trace-span"), CALLER)
    assert (stats.manifest_known, stats.counts.positive) == (True, 1)


async def test_feedback_under_long_response_id_reaches_output(ingest: IngestService) -> None:
    response_id = "r" * 205
    await record(ingest, output(digest_id(response_id), "ann", response_id))
    answer = await ingest.call("SubmitExplicitFeedback", thumb(response_id, user="ann"), CALLER)
    assert answer.manifest_known
    found = await ingest.call("GetOutput", pb.GetOutputRequest(output_id=response_id), ADMIN)
    assert (found.manifest.output_id, len(found.feedback)) == (digest_id(response_id), 1)
    assert list(found.manifest.output_aliases) == [response_id]


async def test_alias_of_another_tenant_does_not_resolve(ingest: IngestService) -> None:
    await record(ingest, output("r", "ann", "trace-span"))
    other: Any = token("globex")
    answer = await ingest.call("SubmitExplicitFeedback", thumb("trace-span"), other)
    assert not answer.manifest_known
    assert await votes(ingest) == [("trace-span", "u")]


async def test_output_takes_precedence_over_alias(ingest: IngestService) -> None:
    await record(ingest, output("r", "ann", "name"), output("name", "bob"))
    await ingest.call("SubmitExplicitFeedback", thumb("name"), CALLER)
    assert await votes(ingest) == [("name", "u")]


async def test_erasure_and_export_cover_aliases(ingest: IngestService) -> None:
    await record(ingest, output("r", "ann", "t-1"), output("r", "bob", "t-2"))
    kinds = [
        each.kind
        async for each in ingest.stub.ExportUser(pb.ExportUserRequest(user_id="bob"), metadata=ADMIN, timeout=30)
    ]
    assert "output_aliases" in kinds
    await ingest.call("ForgetUser", pb.ForgetUserRequest(request_id=new_id(), user_id="bob"), ADMIN)
    rows = await ingest.rows("SELECT alias, output_id FROM ingest.output_aliases")
    assert [tuple(row) for row in rows] == [("t-1", "r")]


@pytest.mark.parametrize("alias", ["t-1", "r" * 205])
async def test_outcome_under_an_alias_is_that_of_the_output(ingest: IngestService, alias: str) -> None:
    await record(ingest, output("r", "ann", alias))
    failed = manifest_pb2.Outcome(status=manifest_pb2.OUTCOME_STATUS_ERROR, error_type="429")
    request = pb.RecordOutcomeRequest(request_id=new_id(), output_id=alias, outcome=failed, total_cost=0.5)
    answer: pb.RecordOutcomeResponse = await ingest.call("RecordOutcome", request)
    assert (answer.outcome, answer.manifest_known) == (ACCEPTED, True)
    found = (await ingest.call("GetOutput", pb.GetOutputRequest(output_id="r"))).manifest
    assert (found.outcome, found.total_cost) == (failed, 0.5)
    other = pb.RecordOutcomeRequest(
        request_id=new_id(), output_id="r", outcome=manifest_pb2.Outcome(status=manifest_pb2.OUTCOME_STATUS_OK)
    )
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("RecordOutcome", other)
    assert reason_of(caught.value) == "OUTCOME_EXISTS"
