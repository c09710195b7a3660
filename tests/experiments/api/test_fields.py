"""Fields of requests: invalid values are refused with the field path, valid values are accepted."""

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
from tests.experiments.fixtures.field_cases import METHODS, OPTIONAL, STORED_ID, WALK, valid_request
from tests.experiments.fixtures.service import ADMIN, OPERATOR, ExperimentsService, draft, new_id
from tests.ingest.fixtures.service import reason_of
from tests.support.fields import copy_of, names_field
from tests.support.suite import token

ANYONE = token("acme", "admin", "operator", "service", "expert")
OK_OR_NOT_FOUND = {"NOT_FOUND", "OK"}
"""Status codes of a valid request that may name an unknown experiment."""
MOVES = ("Start", "Pause", "Resume", "Complete", "Cancel")
VALID_CODES = {
    **{f"{verb}Experiment": {"OK", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND"} for verb in MOVES},
    "UpdateExperiment": {"OK", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND"},
    "StartRollout": {"OK", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND", "ALREADY_EXISTS"},
    "ApproveRolloutStep": {"FAILED_PRECONDITION", "NOT_FOUND"},
    "RollBack": {"FAILED_PRECONDITION", "NOT_FOUND", "OK"},
    "GetRollout": OK_OR_NOT_FOUND,
    "GetExperiment": OK_OR_NOT_FOUND,
    "AssignVariant": OK_OR_NOT_FOUND,
    "BatchAssignVariants": OK_OR_NOT_FOUND,
    "RecordExposures": OK_OR_NOT_FOUND,
    "GetResults": OK_OR_NOT_FOUND,
}
"""Status codes of valid requests by method; OK for others."""


@pytest.fixture
async def with_experiment(service: ExperimentsService) -> ExperimentsService:
    """Yields a service with one running experiment, STORED_ID."""
    await service.started()
    for table in ("ab_experiments", "epochs"):
        await service.rows(f"UPDATE experiments.{table} SET experiment_id = $1", STORED_ID)
    return service


@pytest.mark.parametrize("method", METHODS)
async def test_field_with_invalid_value_is_named(with_experiment: ExperimentsService, method: str) -> None:
    wrong: list[str] = []
    kinds: set[bool] = set()
    root = valid_request(method)
    for case in WALK.cases(root, root):
        if case.path != "request_id" and hasattr(case.request, "request_id"):
            case.request.request_id = str(uuid.uuid4())
        code, problems, _ = await with_experiment.status_of(method, case.request, ANYONE)
        if case.good or (case.value is None and case.path.rpartition(".")[2] in OPTIONAL):
            is_right = code in VALID_CODES.get(method, {"OK"})
        else:
            is_right = code == "INVALID_ARGUMENT" and names_field(problems, case.path)
        kinds.add(case.good)
        if not is_right:
            wrong.append(case.says(f"{code} {problems}"))
    assert not wrong, "\n".join(wrong)
    assert kinds == {True, False}


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["no message", "no text"])
async def test_request_of_invalid_bytes_is_malformed(service: ExperimentsService, data: bytes) -> None:
    for method, descriptor in METHODS.items():
        if method == "PlanSampleSize" and data.startswith(b"\x0a"):
            continue  # the request has no text field
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
async def test_role_can_call_its_methods_only(
    with_experiment: ExperimentsService, role: str, allowed: set[str]
) -> None:
    found = set()
    for method in METHODS:
        request = valid_request(method)
        if hasattr(request, "request_id"):
            request.request_id = new_id()
        code, _, _ = await with_experiment.status_of(method, request, token("acme", role))
        assert code in {"PERMISSION_DENIED", "OK", *VALID_CODES.get(method, set())}, method
        if code != "PERMISSION_DENIED":
            found.add(method)
    assert found == allowed


async def test_call_without_token_is_unauthenticated(service: ExperimentsService) -> None:
    for method in METHODS:
        assert (await service.status_of(method, valid_request(method), grpc.aio.Metadata()))[0] == "UNAUTHENTICATED", (
            method
        )


async def test_call_for_another_tenant_is_denied(with_experiment: ExperimentsService) -> None:
    for method in METHODS:
        request = valid_request(method)
        if hasattr(request, "tenant_id"):
            request.tenant_id = "globex"
            found = await with_experiment.status_of(method, request, ANYONE)
            assert found == ("PERMISSION_DENIED", [], "TENANT_MISMATCH"), method


async def test_call_for_experiment_of_another_tenant_is_not_found(with_experiment: ExperimentsService) -> None:
    for method in METHODS:
        request = valid_request(method)
        if not hasattr(request, "experiment_id") and method != "RecordExposures":
            continue
        if hasattr(request, "etag"):
            request.etag = ""
        found = await with_experiment.status_of(method, request, token("globex", "admin", "service"))
        assert found[0] == "NOT_FOUND", method


async def test_experiment_over_all_tenants_can_be_changed_by_operators_only(service: ExperimentsService) -> None:
    request = pb.CreateExperimentRequest(request_id=new_id(), experiment=draft(), all_tenants=True)
    for caller in (ADMIN, token("acme", "operator"), token("acme", "admin", "operator")):
        assert await service.status_of("CreateExperiment", request, caller) == (
            "PERMISSION_DENIED",
            [],
            "OPERATORS_ONLY",
        )
    named = copy_of(request)
    named.tenant_id = "acme"
    assert (await service.status_of("CreateExperiment", named, OPERATOR))[:2] == ("INVALID_ARGUMENT", ["tenant_id"])
    made = (await service.call("CreateExperiment", request, OPERATOR)).experiment
    assert made.tenant_id == ""
    assert (await service.get(made.experiment_id)).experiment_id == made.experiment_id
    for verb in MOVES:
        asked = getattr(pb, f"{verb}ExperimentRequest")(request_id=new_id(), experiment_id=made.experiment_id)
        assert (await service.status_of(f"{verb}Experiment", asked))[0] == "NOT_FOUND", verb
    for method in ("StartRollout", "RollBack", "ApproveRolloutStep"):
        asked = getattr(pb, f"{method}Request")(request_id=new_id(), experiment_id=made.experiment_id)
        assert (await service.status_of(method, asked))[0] == "NOT_FOUND", method
    edit = pb.UpdateExperimentRequest(request_id=new_id(), experiment_id=made.experiment_id, experiment=made)
    assert (await service.status_of("UpdateExperiment", edit))[0] == "NOT_FOUND"


async def test_call_of_operator_without_required_tenant_is_invalid(service: ExperimentsService) -> None:
    for method in ("CreateExperiment", "AssignVariant", "BatchAssignVariants", "WatchExperiments", "RecordExposures"):
        request = valid_request(method)
        request.tenant_id = ""
        assert (await service.status_of(method, request, OPERATOR))[:2] == ("INVALID_ARGUMENT", ["tenant_id"]), method


def forged_token(listing: list[str], key: Any) -> str:
    """Returns a page token with a valid digest of the listing."""
    digest = hashlib.sha256(json.dumps(listing).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, key]).encode()).decode().rstrip("=")


async def test_page_token_of_another_listing_is_invalid(service: ExperimentsService) -> None:
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
    assert (await service.status_of("ListExperiments", drafts))[:2] == ("INVALID_ARGUMENT", ["page_token"])
    other = pb.ListExperimentsRequest(page_token=request.page_token)
    assert (await service.status_of("ListExperiments", other, token("globex", "admin")))[0] == "INVALID_ARGUMENT"


async def test_forged_page_token_is_invalid(service: ExperimentsService) -> None:
    await service.create()
    listing = ["experiments", "acme", ""]
    good = pb.ListExperimentsRequest(page_token=forged_token(listing, [10**15 * 8, STORED_ID]))
    assert len((await service.call("ListExperiments", good)).experiments) == 1
    keys: list[Any] = [
        [1], ["x", STORED_ID], [1, "x"], [1, 1], [STORED_ID, 1], [10**30, STORED_ID], [-(10**30), STORED_ID],
        [1.5, STORED_ID], [True, STORED_ID], [None, STORED_ID], [1, "\x00" * 36], [1, "\ud800"], {}, None, "abc",
        [1, STORED_ID, 1], [[], {}],
    ]  # fmt: skip
    for key in keys:
        request = pb.ListExperimentsRequest(page_token=forged_token(listing, key))
        found = await service.status_of("ListExperiments", request)
        assert found[:2] == ("INVALID_ARGUMENT", ["page_token"]), key


async def test_forged_page_token_with_extreme_time_is_accepted_or_invalid(service: ExperimentsService) -> None:
    for moment_us in (2**53, 2**53 + 1, -1, 0):
        request = pb.ListExperimentsRequest(
            page_token=forged_token(["experiments", "acme", ""], [moment_us, STORED_ID])
        )
        assert (await service.status_of("ListExperiments", request))[0] in {"OK", "INVALID_ARGUMENT"}


async def test_experiment_with_empty_treatment_configuration_is_invalid(service: ExperimentsService) -> None:
    request = valid_request("CreateExperiment")
    for index, code in ((0, "OK"), (1, "INVALID_ARGUMENT")):
        request.request_id = new_id()
        request.experiment.variants[index].ClearField("config")
        found = await service.status_of("CreateExperiment", request)
        assert found[0] == code
        assert names_field(found[1], f"experiment.variants[{index}].config") is (index == 1)


async def test_duplicate_name_is_reported_at_its_second_position(service: ExperimentsService) -> None:
    request = valid_request("CreateExperiment")
    request.experiment.variants[1].name = request.experiment.variants[0].name
    assert (await service.status_of("CreateExperiment", request))[1][0] == "experiment.variants[1].name"
    request = valid_request("CreateExperiment")
    request.experiment.metrics.add().CopyFrom(request.experiment.metrics[0])
    assert (await service.status_of("CreateExperiment", request))[1] == ["experiment.metrics[1].name"]
    request = valid_request("CreateExperiment")
    request.experiment.targeting.attributes.add().CopyFrom(request.experiment.targeting.attributes[0])
    assert (await service.status_of("CreateExperiment", request))[1] == ["experiment.targeting.attributes[1].name"]
