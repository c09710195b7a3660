"""Local experiments against the real service: equal assignment, changes and exposures."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from radiant.experiments.v1 import experiment_service_pb2 as pb
from radiant_client import Radiant, open_channel
from radiant_client.experiments.local_experiments import LocalExperiments
from tests.client.fixtures.fake_services import FakeSuite, entry, eventually, part
from tests.experiments.fixtures.service import (
    ADMIN,
    OPERATOR,
    ExperimentsService,
    draft,
    open_service,
    started_with_stored_tester,
)
from tests.support.suite import token

USERS = [f"u{number}" for number in range(500)]


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[ExperimentsService]:
    """Yields a running service on an empty database."""
    async with open_service(database_url) as opened:
        yield opened


def token_of(tenant: str) -> str:
    """Returns a token of a tenant."""
    ((_, value),) = token(tenant)
    return str(value).removeprefix("Bearer ")


@asynccontextmanager
async def local_experiments(service: ExperimentsService, tenant: str = "acme") -> AsyncIterator[LocalExperiments]:
    """Yields the running experiments of a tenant."""
    local = LocalExperiments(open_channel(service.address, token_of(tenant)), flush_interval=0.05)
    local.start()
    try:
        assert await local.ready(5)
        yield local
    finally:
        await local.close()


async def service_assignments(
    service: ExperimentsService, experiment_id: str, caller: Any = ADMIN, **context: Any
) -> list[Any]:
    """Returns the assignments of the service for all users."""
    contexts = [pb.AssignmentContext(user_id=user, **context) for user in USERS]
    request = pb.BatchAssignVariantsRequest(experiment_id=experiment_id, contexts=contexts)
    return list((await service.call("BatchAssignVariants", request, caller)).assignments)


async def test_spellings_of_a_user_get_the_variant_of_the_service(service: ExperimentsService) -> None:
    started = await service.started(draft(traffic_percentage=0.5, forced_variants={"te\u200bster ": "treatment"}))
    assert dict(started.forced_variants) == {"tester": "treatment"}
    async with local_experiments(service) as local:
        for number in range(20):
            spelling = f"\ufeff\uff55{number}\u00a0"
            found = local.covering(spelling)
            of_service = await service.assigned(started.experiment_id, spelling)
            of_key = await service.assigned(started.experiment_id, f"u{number}")
            assert found is not None
            assert found.variant == of_service.variant == of_key.variant
            local.expose(found, spelling)
        forced = local.covering("\uff54ester")
        assert forced is not None
        assert (forced.variant, forced.analysed) == ("treatment", False)
        await local.flush()
    stored = await service.rows("SELECT user_id FROM experiments.exposures")
    assert {row["user_id"] for row in stored} == {f"u{number}" for number in range(20)}
    stored = await service.rows("SELECT DISTINCT user_id FROM experiments.ab_experiment_assignments")
    assert {row["user_id"] for row in stored} == {f"u{number}" for number in range(20)}


@pytest.mark.parametrize("all_tenants", [False, True])
async def test_local_assignment_of_all_users_equals_assignment_of_the_service(
    service: ExperimentsService, all_tenants: bool
) -> None:
    testers = {} if all_tenants else {"u3": "treatment"}  # an experiment over all tenants has none
    wanted = draft(traffic_percentage=0.35, holdout=0.1, layer="ui", layer_end=0.9, forced_variants=testers)
    wanted.variants.add(name="third", weight=2.5).config.update({"models": ["a", "b"]})
    wanted.targeting.task_types.append("chat")
    wanted.targeting.attributes.add(name="plan", values=["free", "trial"])
    caller = OPERATOR if all_tenants else ADMIN
    started = await service.started(wanted, caller, all_tenants=all_tenants)
    context: dict[str, Any] = {"task_type": "chat", "attributes": {"plan": "trial"}}
    async with local_experiments(service) as local:
        for user, each in zip(USERS, await service_assignments(service, started.experiment_id, **context), strict=True):
            found = local.covering(user, "chat", "", {"plan": "trial"})
            if found is None:
                assert each.variant == "", user
                continue
            assert (found.experiment_id, found.variant, found.epoch, found.analysed) == (
                each.experiment_id,
                each.variant,
                each.epoch,
                each.analysed,
            )
            assert {**found.config} == ({"models": ["a", "b"]} if each.variant == "third" else dict(each.config))
        assert {local.covering(user, "code", "", {"plan": "trial"}) for user in USERS if user != "u3"} == {None}
        assert {local.covering(user, "chat") for user in USERS if user != "u3"} == {None}
        assert local.covering("u3", "chat", type="prompt") is None


async def test_stored_tester_of_experiment_over_all_tenants_gets_variant_of_the_bucket(
    service: ExperimentsService,
) -> None:
    wanted = draft(traffic_percentage=0.5)
    wanted.targeting.tenant_ids.extend(["acme", "globex"])
    started = await started_with_stored_tester(service, wanted, "tester")
    async with local_experiments(service) as local, local_experiments(service, "initech") as uncovered:
        found = local.covering("tester")
        assert found is not None
        assert (found.experiment_id, found.analysed) == (started.experiment_id, True)
        assert {uncovered.covering(user) for user in [*USERS, "tester"]} == {None}
        local.expose(found, "tester")
        await local.flush()
    forced = await service.assigned(started.experiment_id, "tester")
    assert (forced.variant, forced.reason) == ("treatment", "forced")
    assert not (await service.results(started.experiment_id)).variants


async def test_experiment_of_other_tenant_is_not_received(service: ExperimentsService) -> None:
    await service.started()
    async with local_experiments(service, "globex") as local:
        assert {local.covering(user) for user in USERS} == {None}


async def test_changed_experiment_arrives_within_two_seconds(service: ExperimentsService, database_url: str) -> None:
    async with open_service(database_url) as other, local_experiments(other) as local:
        began = await service.started()
        user = USERS[
            [bool(each.variant) for each in await service_assignments(service, began.experiment_id)].index(True)
        ]
        await eventually(lambda: local.covering(user), 2.0)
        paused = await service.move("Pause", began)
        await eventually(lambda: local.covering(user) is None, 2.0)
        resumed = await service.move("Resume", paused)
        await eventually(lambda: local.covering(user), 2.0)
        await service.edited(resumed, traffic_percentage=1.0)
        await eventually(lambda: (found := local.covering(user)) and found.epoch == 2, 2.0)
        assert local.staleness_ms < 2000


async def test_exposure_added_repeatedly_is_stored_once(service: ExperimentsService) -> None:
    started = await service.started()
    async with local_experiments(service) as local:
        covered = [(user, found) for user in USERS if (found := local.covering(user))]
        for user, found in covered:
            for _ in range(3):
                local.expose(found, user, output_id=f"o-{user}", metrics={"length": 3.0})

        async def count() -> int:
            return int((await service.rows("SELECT count(*) FROM experiments.exposures"))[0][0])

        deadline = time.monotonic() + 5
        while await count() < len(covered) and time.monotonic() < deadline:
            await local.flush()
        late_user, late = covered[0]
        local.expose(late, late_user, output_id="o-late")
    assert len(covered) == 500
    rows = await service.rows("SELECT user_id, output_id, variant, metrics FROM experiments.exposures")
    assert len(rows) == 501  # close sent the last one
    assert {(row["user_id"], row["variant"]) for row in rows} == {(user, each.variant) for user, each in covered}
    shown = await service.results(started.experiment_id)
    assert sum(each.users for each in shown.variants) == 500


async def test_rejected_exposure_is_dropped_and_the_others_are_stored(service: ExperimentsService) -> None:
    await service.started()
    async with local_experiments(service) as local:
        for number, user in enumerate(USERS[:40]):
            found = local.covering(user)
            assert found is not None
            invalid = {7: {"metrics": {"length": float("nan")}}, 23: {"output_id": "o\n"}}.get(number, {})
            local.expose(found, user, **invalid)  # type: ignore[arg-type]  # keyword arguments
        await local.flush()
        assert local.lost == 2
    rows = await service.rows("SELECT user_id FROM experiments.exposures")
    assert {row["user_id"] for row in rows} == {*USERS[:40]} - {USERS[7], USERS[23]}


async def test_exposure_at_close_with_unreachable_service_is_not_counted_as_lost(database_url: str) -> None:
    async with open_service(database_url) as service:
        await service.started()
        local = LocalExperiments(open_channel(service.address, token_of("acme")), flush_interval=60)
        local.start()
        assert await local.ready(5)
        found = local.covering("u1")
        assert found is not None
        address = service.address
    local.expose(found, "u1")
    await local.close()
    assert (local.lost, address) == (0, service.address)


@asynccontextmanager
async def brain(fake: FakeSuite, service: ExperimentsService) -> AsyncIterator[Radiant]:
    """Yields a client of the fakes and of the real experiment service."""
    fake.recommend.parts.put_nowait(part(entry({"table-model": 1.0})))
    radiant = await Radiant.connect(
        ingest=fake.address,
        neural=fake.address,
        experiments=service.address,
        token=token_of("acme"),
        default_model="fallback",
        ready_timeout=5.0,
        rpc_timeout=2.0,
    )
    async with radiant:
        yield radiant


async def test_choose_for_covered_user_returns_the_model_and_variant_of_the_experiment(
    fake: FakeSuite, service: ExperimentsService
) -> None:
    started = await service.started(draft(traffic_percentage=0.3))
    assigned = dict(zip(USERS, await service_assignments(service, started.experiment_id), strict=True))
    async with brain(fake, service) as radiant:
        seen = set()
        for user, each in assigned.items():
            decision = await radiant.choose(user, "chat")
            assigned_variant = (decision.experiment_id, decision.variant, decision.experiment_epoch)
            seen.add(each.variant)
            if each.variant:
                assert assigned_variant == (started.experiment_id, each.variant, 1)
                assert decision.model == {"control": "small", "treatment": "large"}[each.variant]
                assert (decision.propensity, decision.source) == (1.0, "table")
            else:
                assert assigned_variant == ("", "", 0)
                assert decision.model == "table-model"
        assert seen == {"", "control", "treatment"}
        assert fake.recommend.requests == []


async def test_choose_with_model_of_variant_excluded_calls_the_service(
    fake: FakeSuite, service: ExperimentsService
) -> None:
    started = await service.started()
    assigned = dict(zip(USERS, await service_assignments(service, started.experiment_id), strict=True))
    user = next(each for each, found in assigned.items() if found.variant == "treatment")
    async with brain(fake, service) as radiant:
        for choices in ({"candidates": ["small", "other"]}, {"excluded": ["large"]}):
            decision = await radiant.choose(user, "chat", **choices)  # type: ignore[arg-type]  # keyword arguments
            assert (decision.model, decision.source) == ("called-model", "rpc")
        assert (await radiant.choose(user, "chat", candidates=["large", "x"])).variant == "treatment"
        await service.move("Complete", started)
        await eventually(lambda: radiant.experiments and radiant.experiments.covering(user) is None, 2.0)
        assert (await radiant.choose(user, "chat")).model == "table-model"
