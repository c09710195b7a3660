"""Assignments by gRPC: equal to the pure function, sticky, and equal on all servers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import splits
from experiments.api.convert.definitions import experiment_of
from radiant.experiments.v1 import experiment_service_pb2 as pb
from splits.assignment import assign
from splits.definitions import encode
from splits.model import Experiment, State, Targeting, Variant
from splits.user_keys import user_key
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import (
    ADMIN,
    OPERATOR,
    ExperimentsService,
    draft,
    new_id,
    open_service,
    wait_until,
)
from tests.support.suite import token

GLOBEX = token("globex", "admin", "service")
CASES = json.loads((Path(splits.__file__).parent / "cases.json").read_text())


def running_experiment(message: Any) -> Experiment:
    """Returns the running experiment of a message."""
    experiment = experiment_of(message, message.experiment_id, message.tenant_id)
    return replace(experiment, state=State.RUNNING, epoch=message.epoch)


async def batch(
    service: ExperimentsService, experiment_id: str, users: list[str], caller: Any = ADMIN, **context: Any
) -> Any:
    """Returns the assignments of users."""
    contexts = [pb.AssignmentContext(user_id=user, **context) for user in users]
    request = pb.BatchAssignVariantsRequest(experiment_id=experiment_id, contexts=contexts)
    return (await service.call("BatchAssignVariants", request, caller)).assignments


async def test_assignment_by_service_equals_pure_function(service: ExperimentsService) -> None:
    wanted = draft(traffic_percentage=0.3, holdout=0.1, layer="ui", layer_end=0.8, forced_variants={"u7": "treatment"})
    started = await service.started(wanted)
    users = [f"u{number}" for number in range(500)]
    found = await batch(service, started.experiment_id, users)
    for user, each in zip(users, found, strict=True):
        expected = assign(running_experiment(started), user, "acme")
        assert (each.variant, each.analysed, each.reason) == (expected.variant, expected.is_analysed, expected.reason)
        assert (each.experiment_id, each.epoch) == (started.experiment_id, 1)
        model = {"control": "small", "treatment": "large", "": None}[each.variant]
        assert (each.config["model"] if each.config.fields else None) == model
    assert {each.reason for each in found} == {"bucket", "forced", "holdout", "outside_layer", "unassigned"}
    for user, each in zip(users[:20], found, strict=False):
        assert await service.assigned(started.experiment_id, user) == each


async def test_assignment_by_service_matches_published_vectors(service: ExperimentsService, database_url: str) -> None:
    for name, fields in CASES["experiments"].items():
        experiment = published(fields)
        await service.rows("DELETE FROM experiments.ab_experiments")
        await service.rows("DELETE FROM experiments.ab_experiment_assignments")
        await service.rows(
            "INSERT INTO experiments.ab_experiments (tenant_id, experiment_id, state, definition, started_at)"
            " VALUES ($1, $2, 'running', $3::text::jsonb, now())",
            experiment.tenant_id,
            experiment.experiment_id,
            encode(experiment),
        )
        seen_by = {experiment.tenant_id} if experiment.tenant_id else {case["tenant_id"] for case in CASES["cases"]}
        cases = [
            case
            for case in CASES["cases"]
            if case["experiment"] == name and case["user_id"] and case["tenant_id"] in seen_by
        ]
        assert cases
        async with open_service(database_url) as server:
            for case in sorted(
                cases, key=lambda each: bool(each["variant"])
            ):  # a stored assignment would be returned again
                caller = token(case["tenant_id"], "service") if case["tenant_id"] else ADMIN
                context = {key: case[key] for key in ("task_type", "domain_mode", "attributes") if case.get(key)}
                found = await server.assigned(experiment.experiment_id, case["user_id"], caller, **context)
                actual = (found.variant, found.analysed, found.reason)
                expected = case["variant"], case["analysed"], case["reason"]
                if (key := user_key(case["user_id"])) != case["user_id"]:  # a vector is the result for a key
                    arguments = {each: case[each] for each in ("tenant_id", "task_type", "domain_mode", "attributes")}
                    of_key = assign(experiment, key, **arguments)
                    expected = of_key.variant, of_key.is_analysed, of_key.reason.value
                assert actual == expected, (name, case)


def published(fields: dict[str, Any]) -> Experiment:
    """Returns an experiment of the published vectors."""
    targeting = fields["targeting"]
    return Experiment(
        experiment_id=fields["experiment_id"],
        tenant_id=fields["tenant_id"],
        state=State.RUNNING,
        variants=tuple(Variant(name=each["name"], weight=each.get("weight")) for each in fields["variants"]),
        traffic=fields["traffic"],
        layer=fields["layer"],
        layer_slots=(fields["layer_slots"][0], fields["layer_slots"][1]),
        holdout=fields["holdout"],
        targeting=Targeting(
            task_types=frozenset(targeting.get("task_types", ())),
            domain_modes=frozenset(targeting.get("domain_modes", ())),
            tenant_ids=frozenset(targeting.get("tenant_ids", ())),
            attributes={key: frozenset(values) for key, values in targeting.get("attributes", {}).items()},
        ),
        forced=fields["forced"],
    )


async def test_assignment_in_another_context_is_sticky_within_epoch(
    service: ExperimentsService, database_url: str
) -> None:
    wanted = draft(traffic_percentage=0.5)
    wanted.targeting.attributes.add(name="plan", values=["free"])
    started = await service.started(wanted)
    free_plan: dict[str, Any] = {"attributes": {"plan": "free"}}
    first = await service.assigned(started.experiment_id, "u", **free_plan)
    assert first.reason == "bucket"
    async with open_service(database_url) as other:
        for server in (service, other):
            assert await server.assigned(started.experiment_id, "u", attributes={"plan": "paid"}) == first
            assert await server.assigned(started.experiment_id, "u") == first
            stranger = await server.assigned(started.experiment_id, "stranger", attributes={"plan": "paid"})
            assert (stranger.variant, stranger.reason) == ("", "not_covered")
    started.targeting.attributes[0].values[:] = ["paid"]
    assert (await service.edited(started)).experiment.epoch == 2
    assert (await service.assigned(started.experiment_id, "u", **free_plan)).reason == "not_covered"
    second = await service.assigned(started.experiment_id, "u", attributes={"plan": "paid"})
    assert (second.variant, second.epoch) == (first.variant, 2)


async def test_experiment_that_does_not_run_assigns_no_user(service: ExperimentsService, database_url: str) -> None:
    made = await service.create()
    assert (await service.assigned(made.experiment_id, "u")).reason == "not_running"
    started = await service.move("Start", made)
    first = await service.assigned(started.experiment_id, "u")
    assert first.variant
    async with open_service(database_url) as other:
        assert await other.assigned(started.experiment_id, "u") == first
        paused = await service.move("Pause", started)
        halted = await service.assigned(started.experiment_id, "u")
        assert (halted.variant, halted.reason, halted.analysed) == ("", "not_running", False)
        assert not halted.config.fields

        async def is_stopped() -> bool:
            return (await other.assigned(started.experiment_id, "u")).reason == "not_running"

        await wait_until(2, is_stopped)
    resumed = await service.move("Resume", paused)
    assert await service.assigned(started.experiment_id, "u") == first
    await service.move("Complete", resumed)
    assert {each.reason for each in await batch(service, started.experiment_id, ["u", "v"])} == {"not_running"}


async def test_two_servers_return_equal_assignments(service: ExperimentsService, database_url: str) -> None:
    started = await service.started(draft(traffic_percentage=0.3))
    users = [f"u{number}" for number in range(200)]
    async with open_service(database_url) as other:
        assert await batch(service, started.experiment_id, users) == await batch(other, started.experiment_id, users)
    rows = await service.rows("SELECT count(*) AS n, count(DISTINCT user_id) AS users FROM"
                              " experiments.ab_experiment_assignments")  # fmt: skip
    assigned = sum(bool(assign(running_experiment(started), user, "acme").variant) for user in users)
    assert (rows[0]["n"], rows[0]["users"]) == (assigned, assigned)


async def test_batch_with_repeated_user_repeats_the_assignment(service: ExperimentsService) -> None:
    started = await service.started()
    found = await batch(service, started.experiment_id, ["u", "v", "u"])
    assert found[0] == found[2]


async def test_experiment_over_all_tenants_stores_assignments_per_tenant(service: ExperimentsService) -> None:
    started = await service.started(draft(), OPERATOR, all_tenants=True)
    users = [f"u{number}" for number in range(40)]
    own = await batch(service, started.experiment_id, users)
    foreign = await batch(service, started.experiment_id, users, GLOBEX)
    assert own == foreign
    for tenant, count, positive in (("acme", 6, 6), ("globex", 4, 0)):
        recorder = FeedbackRecorder(service.connection, tenant)
        await recorder.add_users(started.experiment_id, "control", count, positive)
        await recorder.add_users(started.experiment_id, "treatment", count, positive)
    results = await service.results(started.experiment_id, OPERATOR)
    assert [(each.variant, each.users, each.units, each.positive_units) for each in results.variants] == [
        ("control", 10, 10, 6),
        ("treatment", 10, 10, 6),
    ]
    rows = await service.rows("SELECT tenant_id, count(*) FROM experiments.ab_experiment_assignments GROUP BY 1")
    assert {row["tenant_id"]: row["count"] for row in rows} == {"acme": 40, "globex": 40}


async def test_results_over_all_tenants_contain_own_users_only(service: ExperimentsService) -> None:
    started = await service.started(draft(), OPERATOR, all_tenants=True)
    await FeedbackRecorder(service.connection, "globex").add_users(started.experiment_id, "treatment", 5, 5)
    request = pb.GetResultsRequest(experiment_id=started.experiment_id)
    counts = []
    for caller in (OPERATOR, GLOBEX, ADMIN):
        results = (await service.call("GetResults", request, caller)).results
        counts.append(sum(each.users for each in results.variants))
    assert counts == [5, 5, 0]


async def test_experiment_of_another_tenant_is_not_found(service: ExperimentsService) -> None:
    started = await service.started()
    request = pb.AssignVariantRequest(
        experiment_id=started.experiment_id, context=pb.AssignmentContext(user_id="u", attributes={})
    )
    assert (await service.status_of("AssignVariant", request, GLOBEX))[0] == "NOT_FOUND"
    request.experiment_id = new_id()
    assert (await service.status_of("AssignVariant", request))[0] == "NOT_FOUND"
    listed = await service.call("ListExperiments", pb.ListExperimentsRequest(), GLOBEX)
    assert list(listed.experiments) == []
