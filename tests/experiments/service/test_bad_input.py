"""Every field of every request refuses what it must not hold, by its path, and takes what it may."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from typing import Any

import grpc
import pytest

from radiant.experiments.v1 import experiment_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.hostile import GIVEN, METHODS, OPTIONAL, WALK, legal
from tests.experiments.service.serving import ADMIN, OPERATOR, Serving, draft, name
from tests.ingest.fixtures.service import reason_of
from tests.support.fields import copy_of, names_field
from tests.support.suite import token

ANYONE = token("acme", "admin", "operator", "service", "expert")
UNKNOWN = {"NOT_FOUND", "OK"}
"""Where the request is good but names no experiment that is there."""
MOVES = ("Start", "Pause", "Resume", "Complete", "Cancel")
TAKEN = {
    **{f"{verb}Experiment": {"OK", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND"} for verb in MOVES},
    "UpdateExperiment": {"OK", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND"},
    "StartRollout": {"OK", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND", "ALREADY_EXISTS"},
    "ApproveRolloutStep": {"FAILED_PRECONDITION", "NOT_FOUND"},
    "RollBack": {"FAILED_PRECONDITION", "NOT_FOUND", "OK"},
    "GetRollout": UNKNOWN,
    "GetExperiment": UNKNOWN,
    "AssignVariant": UNKNOWN,
    "BatchAssignVariants": UNKNOWN,
    "RecordExposures": UNKNOWN,
    "GetResults": UNKNOWN,
}


@pytest.fixture
async def there(service: Serving) -> Serving:
    """Gives a service in which one experiment runs."""
    made = await service.started()
    for table in ("ab_experiments", "epochs"):
        await service.rows(f"UPDATE experiments.{table} SET experiment_id = $1", GIVEN)
    assert made.experiment_id
    return service


@pytest.mark.parametrize("method", METHODS)
async def test_each_field_of_a_call(there: Serving, method: str) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    root = legal(method)
    for case in WALK.cases(root, root):
        if case.path != "request_id" and hasattr(case.request, "request_id"):
            case.request.request_id = str(uuid.uuid4())
        code, problems, _ = await there.said(method, case.request, ANYONE)
        if case.good or (case.value is None and case.path.rpartition(".")[2] in OPTIONAL):
            right = code in TAKEN.get(method, {"OK"})
        else:
            right = code == "INVALID_ARGUMENT" and names_field(problems, case.path)
        seen.add(case.good)
        if not right:
            wrong.append(case.says(f"{code} {problems}"))
    assert not wrong, "\n".join(wrong)
    assert seen == {True, False}


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["no message", "no text"])
async def test_bytes_that_are_no_message(service: Serving, data: bytes) -> None:
    for method, descriptor in METHODS.items():
        if method == "PlanSampleSize" and data.startswith(b"\x0a"):
            continue  # it has no text
        shape = "unary_stream" if descriptor.server_streaming else "unary_unary"
        path = f"/{descriptor.containing_service.full_name}/{method}"
        call = getattr(service.channel, shape)(path)(data, metadata=ANYONE, timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await (call.read() if descriptor.server_streaming else call)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED"), method


READS = {"GetExperiment", "ListExperiments", "GetResults", "PlanSampleSize", "GetRollout"}
CALLS = {"AssignVariant", "BatchAssignVariants", "WatchExperiments", "RecordExposures"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("user", set()),
        ("expert", READS),
        ("service", READS | CALLS),
        ("admin", {*METHODS}),
        ("operator", {*METHODS}),
    ],
)
async def test_roles(there: Serving, role: str, allowed: set[str]) -> None:
    found = set()
    for method in METHODS:
        request = legal(method)
        if hasattr(request, "request_id"):
            request.request_id = name()
        code, _, _ = await there.said(method, request, token("acme", role))
        assert code in {"PERMISSION_DENIED", "OK", *TAKEN.get(method, set())}, method
        if code != "PERMISSION_DENIED":
            found.add(method)
    assert found == allowed


async def test_a_caller_without_a_token_is_refused(service: Serving) -> None:
    for method in METHODS:
        assert (await service.said(method, legal(method), grpc.aio.Metadata()))[0] == "UNAUTHENTICATED", method


async def test_another_tenant_than_the_token_s_is_refused(there: Serving) -> None:
    for method in METHODS:
        request = legal(method)
        if hasattr(request, "tenant_id"):
            request.tenant_id = "globex"
            found = await there.said(method, request, ANYONE)
            assert found == ("PERMISSION_DENIED", [], "TENANT_MISMATCH"), method


async def test_an_experiment_of_another_tenant_is_not_there(there: Serving) -> None:
    for method in METHODS:
        request = legal(method)
        if not hasattr(request, "experiment_id") and method != "RecordExposures":
            continue
        if hasattr(request, "etag"):
            request.etag = ""
        found = await there.said(method, request, token("globex", "admin", "service"))
        assert found[0] == "NOT_FOUND", method


async def test_experiments_over_all_tenants_are_for_operators(service: Serving) -> None:
    request = pb.CreateExperimentRequest(request_id=name(), experiment=draft(), all_tenants=True)
    for caller in (ADMIN, token("acme", "operator"), token("acme", "admin", "operator")):
        assert await service.said("CreateExperiment", request, caller) == ("PERMISSION_DENIED", [], "OPERATORS_ONLY")
    named = copy_of(request)
    named.tenant_id = "acme"
    assert (await service.said("CreateExperiment", named, OPERATOR))[:2] == ("INVALID_ARGUMENT", ["tenant_id"])
    made = (await service.call("CreateExperiment", request, OPERATOR)).experiment
    assert made.tenant_id == ""
    assert (await service.shown(made.experiment_id)).experiment_id == made.experiment_id
    for verb in MOVES:
        asked = getattr(pb, f"{verb}ExperimentRequest")(request_id=name(), experiment_id=made.experiment_id)
        assert (await service.said(f"{verb}Experiment", asked))[0] == "NOT_FOUND", verb
    for method in ("StartRollout", "RollBack", "ApproveRolloutStep"):
        asked = getattr(pb, f"{method}Request")(request_id=name(), experiment_id=made.experiment_id)
        assert (await service.said(method, asked))[0] == "NOT_FOUND", method
    edit = pb.UpdateExperimentRequest(request_id=name(), experiment_id=made.experiment_id, experiment=made)
    assert (await service.said("UpdateExperiment", edit))[0] == "NOT_FOUND"


async def test_an_operator_names_the_tenant_where_one_is_needed(service: Serving) -> None:
    for method in ("CreateExperiment", "AssignVariant", "BatchAssignVariants", "WatchExperiments", "RecordExposures"):
        request = legal(method)
        request.tenant_id = ""
        assert (await service.said(method, request, OPERATOR))[:2] == ("INVALID_ARGUMENT", ["tenant_id"]), method


def forged(of: list[str], key: Any) -> str:
    """Makes a token as one who read the source does."""
    digest = hashlib.sha256(json.dumps(of).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, key]).encode()).decode().rstrip("=")


async def test_pages_and_tokens_of_other_listings(service: Serving) -> None:
    made = [(await service.create()).experiment_id for _ in range(5)]
    shown: list[str] = []
    request = pb.ListExperimentsRequest(page_size=2)
    for _ in range(4):
        page = await service.call("ListExperiments", request)
        shown += [each.experiment_id for each in page.experiments]
        request.page_token = page.next_page_token or request.page_token
        if not page.next_page_token:
            break
    assert shown == made[::-1]
    drafts = pb.ListExperimentsRequest(
        page_size=2, page_token=request.page_token, state=experiment_pb2.EXPERIMENT_STATE_DRAFT
    )
    assert (await service.said("ListExperiments", drafts))[:2] == ("INVALID_ARGUMENT", ["page_token"])
    other = pb.ListExperimentsRequest(page_token=request.page_token)
    assert (await service.said("ListExperiments", other, token("globex", "admin")))[0] == "INVALID_ARGUMENT"


async def test_forged_tokens(service: Serving) -> None:
    await service.create()
    listing = ["experiments", "acme", ""]
    good = pb.ListExperimentsRequest(page_token=forged(listing, [10**15 * 8, GIVEN]))
    assert len((await service.call("ListExperiments", good)).experiments) == 1
    keys: list[Any] = [
        [1], ["x", GIVEN], [1, "x"], [1, 1], [GIVEN, 1], [10**30, GIVEN], [-(10**30), GIVEN], [1.5, GIVEN],
        [True, GIVEN], [None, GIVEN], [1, "\x00" * 36], [1, "\ud800"], {}, None, "abc", [1, GIVEN, 1], [[], {}],
    ]  # fmt: skip
    for key in keys:
        request = pb.ListExperimentsRequest(page_token=forged(listing, key))
        found = await service.said("ListExperiments", request)
        assert found[:2] == ("INVALID_ARGUMENT", ["page_token"]), key


async def test_a_token_at_the_ends_of_time_is_no_failure(service: Serving) -> None:
    for moment_us in (2**53, 2**53 + 1, -1, 0):
        request = pb.ListExperimentsRequest(page_token=forged(["experiments", "acme", ""], [moment_us, GIVEN]))
        assert (await service.said("ListExperiments", request))[0] in {"OK", "INVALID_ARGUMENT"}


async def test_only_the_control_may_be_without_a_configuration(service: Serving) -> None:
    request = legal("CreateExperiment")
    for place, code in ((0, "OK"), (1, "INVALID_ARGUMENT")):
        request.request_id = name()
        request.experiment.variants[place].ClearField("config")
        found = await service.said("CreateExperiment", request)
        assert found[0] == code
        assert names_field(found[1], f"experiment.variants[{place}].config") is (place == 1)


async def test_what_is_named_twice_is_refused_where_it_is(service: Serving) -> None:
    request = legal("CreateExperiment")
    request.experiment.variants[1].name = request.experiment.variants[0].name
    assert (await service.said("CreateExperiment", request))[1][0] == "experiment.variants[1].name"
    request = legal("CreateExperiment")
    request.experiment.metrics.add().CopyFrom(request.experiment.metrics[0])
    assert (await service.said("CreateExperiment", request))[1] == ["experiment.metrics[1].name"]
    request = legal("CreateExperiment")
    request.experiment.targeting.attributes.add().CopyFrom(request.experiment.targeting.attributes[0])
    assert (await service.said("CreateExperiment", request))[1] == ["experiment.targeting.attributes[1].name"]
