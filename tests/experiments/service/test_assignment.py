"""Who sees what over the wire: as the pure function says, the same on every server, and of no business to others."""

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
from tests.experiments.service.serving import ADMIN, OPERATOR, Serving, draft, name, serving, within
from tests.experiments.service.world import World
from tests.support.suite import token

GLOBEX = token("globex", "admin", "service")
CASES = json.loads((Path(splits.__file__).parent / "cases.json").read_text())


def pure(message: Any) -> Experiment:
    """Returns what the pure function takes, of a running experiment."""
    made = experiment_of(message, message.experiment_id, message.tenant_id)
    return replace(made, state=State.RUNNING, epoch=message.epoch)


async def batch(service: Serving, experiment_id: str, users: list[str], caller: Any = ADMIN, **context: Any) -> Any:
    """Assigns users."""
    contexts = [pb.AssignmentContext(user_id=user, **context) for user in users]
    request = pb.BatchAssignVariantsRequest(experiment_id=experiment_id, contexts=contexts)
    return (await service.call("BatchAssignVariants", request, caller)).assignments


async def test_it_is_the_pure_function(service: Serving) -> None:
    wanted = draft(traffic_percentage=0.3, holdout=0.1, layer="ui", layer_end=0.8, forced_variants={"u7": "treatment"})
    started = await service.started(wanted)
    users = [f"u{number}" for number in range(500)]
    found = await batch(service, started.experiment_id, users)
    for user, each in zip(users, found, strict=True):
        expected = assign(pure(started), user, "acme")
        assert (each.variant, each.analysed, each.reason) == (expected.variant, expected.analysed, expected.reason)
        assert (each.experiment_id, each.epoch) == (started.experiment_id, 1)
        model = {"control": "small", "treatment": "large", "": None}[each.variant]
        assert (each.config["model"] if each.config.fields else None) == model
    assert {each.reason for each in found} == {"bucket", "forced", "holdout", "outside_layer", "unassigned"}
    for user, each in zip(users[:20], found, strict=False):
        assert await service.assigned(started.experiment_id, user) == each


async def test_vectors_for_other_languages(service: Serving, database_url: str) -> None:
    for which, fields in CASES["experiments"].items():
        experiment = decoded(fields)
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
            if case["experiment"] == which and case["user_id"] and case["tenant_id"] in seen_by
        ]
        assert cases
        async with serving(database_url) as server:
            for case in sorted(cases, key=lambda each: bool(each["variant"])):  # what was served would stick
                caller = token(case["tenant_id"], "service") if case["tenant_id"] else ADMIN
                context = {key: case[key] for key in ("task_type", "domain_mode", "attributes") if case.get(key)}
                found = await server.assigned(experiment.experiment_id, case["user_id"], caller, **context)
                told = (found.variant, found.analysed, found.reason)
                assert told == (case["variant"], case["analysed"], case["reason"]), (which, case)


def decoded(fields: dict[str, Any]) -> Experiment:
    """Reads an experiment of the vectors."""
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


async def test_what_was_served_is_served_again_in_its_epoch(service: Serving, database_url: str) -> None:
    wanted = draft(traffic_percentage=0.5)
    wanted.targeting.attributes.add(name="plan", values=["free"])
    started = await service.started(wanted)
    free: dict[str, Any] = {"attributes": {"plan": "free"}}
    first = await service.assigned(started.experiment_id, "u", **free)
    assert first.reason == "bucket"
    async with serving(database_url) as other:
        for server in (service, other):
            assert await server.assigned(started.experiment_id, "u", attributes={"plan": "paid"}) == first
            assert await server.assigned(started.experiment_id, "u") == first
            stranger = await server.assigned(started.experiment_id, "stranger", attributes={"plan": "paid"})
            assert (stranger.variant, stranger.reason) == ("", "not_covered")
    started.targeting.attributes[0].values[:] = ["paid"]
    assert (await service.edited(started)).experiment.epoch == 2
    assert (await service.assigned(started.experiment_id, "u", **free)).reason == "not_covered"
    again = await service.assigned(started.experiment_id, "u", attributes={"plan": "paid"})
    assert (again.variant, again.epoch) == (first.variant, 2)


async def test_an_experiment_that_does_not_run_assigns_nobody(service: Serving, database_url: str) -> None:
    made = await service.create()
    assert (await service.assigned(made.experiment_id, "u")).reason == "not_running"
    started = await service.move("Start", made)
    first = await service.assigned(started.experiment_id, "u")
    assert first.variant
    async with serving(database_url) as other:
        assert await other.assigned(started.experiment_id, "u") == first
        paused = await service.move("Pause", started)
        halted = await service.assigned(started.experiment_id, "u")
        assert (halted.variant, halted.reason, halted.analysed) == ("", "not_running", False)
        assert not halted.config.fields

        async def stopped() -> bool:
            return (await other.assigned(started.experiment_id, "u")).reason == "not_running"

        await within(2, stopped)
    resumed = await service.move("Resume", paused)
    assert await service.assigned(started.experiment_id, "u") == first
    await service.move("Complete", resumed)
    assert {each.reason for each in await batch(service, started.experiment_id, ["u", "v"])} == {"not_running"}


async def test_two_servers_agree(service: Serving, database_url: str) -> None:
    started = await service.started(draft(traffic_percentage=0.3))
    users = [f"u{number}" for number in range(200)]
    async with serving(database_url) as other:
        assert await batch(service, started.experiment_id, users) == await batch(other, started.experiment_id, users)
    rows = await service.rows("SELECT count(*) AS n, count(DISTINCT user_id) AS users FROM"
                              " experiments.ab_experiment_assignments")  # fmt: skip
    assigned = sum(bool(assign(pure(started), user, "acme").variant) for user in users)
    assert (rows[0]["n"], rows[0]["users"]) == (assigned, assigned)


async def test_a_user_named_twice_is_assigned_twice(service: Serving) -> None:
    started = await service.started()
    found = await batch(service, started.experiment_id, ["u", "v", "u"])
    assert found[0] == found[2]


async def test_all_tenants_share_an_experiment_and_no_rows(service: Serving) -> None:
    started = await service.started(draft(), OPERATOR, all_tenants=True)
    users = [f"u{number}" for number in range(40)]
    mine = await batch(service, started.experiment_id, users)
    theirs = await batch(service, started.experiment_id, users, GLOBEX)
    assert mine == theirs
    for tenant, count, positive in (("acme", 6, 6), ("globex", 4, 0)):
        world = World(service.connection, tenant)
        await world.judged(started.experiment_id, "control", count, positive)
        await world.judged(started.experiment_id, "treatment", count, positive)
    results = await service.results(started.experiment_id, OPERATOR)
    assert [(each.variant, each.users, each.units, each.positive_units) for each in results.variants] == [
        ("control", 10, 10, 6),
        ("treatment", 10, 10, 6),
    ]
    rows = await service.rows("SELECT tenant_id, count(*) FROM experiments.ab_experiment_assignments GROUP BY 1")
    assert {row["tenant_id"]: row["count"] for row in rows} == {"acme": 40, "globex": 40}


async def test_of_an_experiment_of_all_a_tenant_sees_its_own_results_at_most(service: Serving) -> None:
    started = await service.started(draft(), OPERATOR, all_tenants=True)
    await World(service.connection, "globex").judged(started.experiment_id, "treatment", 5, 5)
    request = pb.GetResultsRequest(experiment_id=started.experiment_id)
    counts = []
    for caller in (OPERATOR, GLOBEX, ADMIN):
        results = (await service.call("GetResults", request, caller)).results
        counts.append(sum(each.users for each in results.variants))
    assert counts == [5, 5, 0]


async def test_an_experiment_of_one_tenant_is_not_there_for_others(service: Serving) -> None:
    started = await service.started()
    request = pb.AssignVariantRequest(
        experiment_id=started.experiment_id, context=pb.AssignmentContext(user_id="u", attributes={})
    )
    assert (await service.said("AssignVariant", request, GLOBEX))[0] == "NOT_FOUND"
    request.experiment_id = name()
    assert (await service.said("AssignVariant", request))[0] == "NOT_FOUND"
    listed = await service.call("ListExperiments", pb.ListExperimentsRequest(), GLOBEX)
    assert list(listed.experiments) == []
