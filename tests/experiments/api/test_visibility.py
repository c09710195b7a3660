"""Callers of one tenant read only the part of an experiment over all tenants that concerns their tenant."""

from __future__ import annotations

import grpc
import pytest

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.rollouts import Advance, start_rollout_over_all_tenants
from tests.experiments.fixtures.service import (
    ADMIN,
    OPERATOR,
    ExperimentsService,
    draft,
    new_id,
    started_with_stored_tester,
)
from tests.support.suite import token

ACME_OPERATOR = token("acme", "operator", "service")
GLOBEX = token("globex", "admin", "service")
INITECH = token("initech", "admin", "service")
TESTER = "tester@globex.example"


def targeted(*tenants: str) -> experiment_pb2.Experiment:
    """Returns a draft that covers some tenants."""
    return draft(targeting=experiment_pb2.Targeting(tenant_ids=tenants))


async def watched(
    service: ExperimentsService, caller: grpc.aio.Metadata = ADMIN, tenant: str = ""
) -> pb.WatchExperimentsResponse:
    """Returns the first message of WatchExperiments."""
    call = service.stub.WatchExperiments(pb.WatchExperimentsRequest(tenant_id=tenant), metadata=caller, timeout=30)
    try:
        message = await call.read()
        assert isinstance(message, pb.WatchExperimentsResponse)
        return message
    finally:
        call.cancel()


async def reads(
    service: ExperimentsService, experiment_id: str, caller: grpc.aio.Metadata, tenant: str = ""
) -> list[experiment_pb2.Experiment]:
    """Returns an experiment as GetExperiment, ListExperiments and WatchExperiments return it."""
    request = pb.GetExperimentRequest(tenant_id=tenant, experiment_id=experiment_id)
    got = (await service.call("GetExperiment", request, caller)).experiment
    listing = pb.ListExperimentsRequest(tenant_id=tenant)
    (listed,) = (await service.call("ListExperiments", listing, caller)).experiments
    (running,) = (await watched(service, caller, tenant)).experiments
    return [got, listed, running]


async def test_experiment_over_all_tenants_hides_other_tenants_and_their_testers(service: ExperimentsService) -> None:
    started = await started_with_stored_tester(service, targeted("acme", "globex"), TESTER)
    for caller, tenant in ((ADMIN, "acme"), (ACME_OPERATOR, "acme"), (GLOBEX, "globex")):
        for found in await reads(service, started.experiment_id, caller):
            assert list(found.targeting.tenant_ids) == [tenant]
            assert dict(found.forced_variants) == {}
            assert found.traffic_percentage == started.traffic_percentage
            assert [each.name for each in found.variants] == ["control", "treatment"]
    for found in await reads(service, started.experiment_id, OPERATOR, "acme"):
        assert list(found.targeting.tenant_ids) == ["acme", "globex"]
        assert dict(found.forced_variants) == {TESTER: "treatment"}


async def test_experiment_of_own_tenant_shows_its_testers(service: ExperimentsService) -> None:
    started = await service.started(draft(forced_variants={"tester": "treatment"}))
    for found in await reads(service, started.experiment_id, ADMIN):
        assert dict(found.forced_variants) == {"tester": "treatment"}


async def test_experiment_that_covers_other_tenants_only_is_not_found(service: ExperimentsService) -> None:
    started = await service.started(targeted("acme", "globex"), OPERATOR, all_tenants=True)
    rollout = pb.StartRolloutRequest(request_id=new_id(), experiment_id=started.experiment_id)
    await service.call("StartRollout", rollout, OPERATOR)
    for method in ("GetExperiment", "GetRollout"):
        request = getattr(pb, f"{method}Request")(experiment_id=started.experiment_id)
        assert await service.status_of(method, request, INITECH) == ("NOT_FOUND", [], "EXPERIMENT_UNKNOWN"), method
        assert (await service.status_of(method, request, ADMIN))[0] == "OK", method
        request.tenant_id = "initech"
        assert (await service.status_of(method, request, OPERATOR))[0] == "OK", method
    assert not (await watched(service, INITECH)).experiments
    assert not (await service.call("ListExperiments", pb.ListExperimentsRequest(), INITECH)).experiments
    listing = pb.ListExperimentsRequest(tenant_id="initech")
    assert len((await service.call("ListExperiments", listing, OPERATOR)).experiments) == 1


async def test_page_is_full_although_experiments_of_other_tenants_are_left_out(service: ExperimentsService) -> None:
    wanted = [targeted("initech"), draft(), targeted("acme"), targeted("globex"), targeted("globex"), draft()]
    made = [(await service.create(each, OPERATOR, all_tenants=True)).experiment_id for each in wanted]
    page = await service.call("ListExperiments", pb.ListExperimentsRequest(page_size=2))
    assert [each.experiment_id for each in page.experiments] == [made[5], made[2]]
    request = pb.ListExperimentsRequest(page_size=2, page_token=page.next_page_token)
    page = await service.call("ListExperiments", request)
    assert [each.experiment_id for each in page.experiments] == [made[1]]
    assert not page.next_page_token


async def test_rollout_over_all_tenants_hides_reasons_and_numbers(
    service: ExperimentsService, advance: Advance
) -> None:
    experiment_id = await start_rollout_over_all_tenants(service)
    recorder = FeedbackRecorder(service.connection, "globex")
    for variant in ("control", "treatment"):
        await recorder.add_users(experiment_id, variant, 7, 5)
    await advance()
    complete = await service.rollout(experiment_id, OPERATOR)
    assert complete.decisions[-1].numbers["control_users"] == 7
    assert [each.action for each in complete.decisions] == ["start", "hold"]
    back = pb.RollBackRequest(request_id=new_id(), experiment_id=experiment_id, reason="complaint of globex")
    await service.call("RollBack", back, OPERATOR)
    complete = await service.rollout(experiment_id, OPERATOR)
    assert complete.decisions[-1].reason == "test: complaint of globex"
    for caller in (ADMIN, ACME_OPERATOR, GLOBEX):
        found = await service.rollout(experiment_id, caller)
        assert (found.state, found.percent) == (rollout_pb2.ROLLOUT_STATE_ROLLED_BACK, 0)
        assert found.plan == complete.plan
        moves = [each for each in complete.decisions if each.action != "hold"]
        assert [(each.action, each.percent, each.decide_time) for each in found.decisions] == [
            (each.action, each.percent, each.decide_time) for each in moves
        ]
        assert {(each.reason, len(each.numbers)) for each in found.decisions} == {("", 0)}


async def test_rollout_of_own_tenant_shows_reasons_and_numbers(service: ExperimentsService) -> None:
    started = await service.started(draft(traffic_percentage=0.05))
    request = pb.StartRolloutRequest(request_id=new_id(), experiment_id=started.experiment_id)
    await service.call("StartRollout", request)
    decisions = (await service.rollout(started.experiment_id)).decisions
    assert [each.action for each in decisions] == ["start", "advance"]
    assert all(each.reason for each in decisions)
    assert "control_users" in decisions[-1].numbers


async def test_results_over_all_tenants_contain_own_outputs_only(service: ExperimentsService) -> None:
    started = await service.started(draft(), OPERATOR, all_tenants=True)
    for variant, users in (("control", 8), ("treatment", 5)):
        await FeedbackRecorder(service.connection, "globex").add_users(started.experiment_id, variant, users, users)
    results = await service.results(started.experiment_id, ADMIN)
    assert not results.variants
    assert not results.ignored_outputs
    assert {each.control_mean for each in results.comparisons} <= {0.0}
    assert sum(each.users for each in (await service.results(started.experiment_id, GLOBEX)).variants) == 13


@pytest.mark.parametrize("state", ["draft", "running"])
async def test_forced_variants_of_experiment_over_all_tenants_are_refused(
    service: ExperimentsService, state: str
) -> None:
    refused = ("INVALID_ARGUMENT", ["experiment.forced_variants"])
    wanted = draft(forced_variants={TESTER: "treatment"})
    create = pb.CreateExperimentRequest(request_id=new_id(), experiment=wanted, all_tenants=True)
    assert (await service.status_of("CreateExperiment", create, OPERATOR))[:2] == refused
    make = service.create if state == "draft" else service.started
    made = await make(draft(), OPERATOR, all_tenants=True)
    update = pb.UpdateExperimentRequest(request_id=new_id(), experiment_id=made.experiment_id, experiment=wanted)
    assert (await service.status_of("UpdateExperiment", update, OPERATOR))[:2] == refused
    update.experiment.ClearField("forced_variants")
    assert (await service.status_of("UpdateExperiment", update, OPERATOR))[0] == "OK"


async def test_stored_tester_of_experiment_over_all_tenants_keeps_forced_variant(service: ExperimentsService) -> None:
    started = await started_with_stored_tester(service, draft(), TESTER)
    found = await service.assigned(started.experiment_id, TESTER, GLOBEX)
    assert (found.variant, found.reason, found.analysed) == ("treatment", "forced", False)
    paused = await service.move("Pause", started, OPERATOR)
    await service.move("Resume", paused, OPERATOR)
    assert (await service.get(started.experiment_id, OPERATOR)).forced_variants[TESTER] == "treatment"
