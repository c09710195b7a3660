"""Influence across tenants: global scores, their publication, and experiments on all tenants."""

from __future__ import annotations

import asyncio
import itertools
import uuid

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.feed import LEARNING, Opinion, give, learned, manifest, record, relearned, scores, vote_all
from bench.resilience.attack.target import Target
from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as experiments
from radiant.neural.v1 import learning_service_pb2, scoring_pb2

GROUP = Group("influence across tenants")
EXPERIMENTS = "/radiant.experiments.v1.ExperimentService/"
GLOBAL = scoring_pb2.SCOPE_GLOBAL
SHIFT_MAX = 0.1
USERS = 400
SECONDS_MAX = 15.0


@GROUP.attack("2,800 made-up votes of one opted-in tenant", "global scores change by at most 0.10")
async def one_tenant(target: Target) -> Outcome:
    """Lets one tenant vote against the opinion of five tenants."""
    for tenant in (f"honest-{number}" for number in range(5)):
        await _opt_in(target, tenant)
        opinions = [Opinion(f"{tenant}-{user}", "gx", turn < 17) for user in range(12) for turn in range(20)]
        await give(target, tenant, opinions)
        await learned(target, tenant)
    await relearned(target)
    before = (await _global(target, "honest-0")).get("gx")
    await _opt_in(target, "dishonest")
    made_up = [Opinion(f"made-up-{user}", "gx", False) for user in range(70) for _ in range(40)]
    given = await give(target, "dishonest", made_up)
    await learned(target, "dishonest")
    await relearned(target)
    after = (await _global(target, "honest-0")).get("gx")
    is_held = before is not None and after is not None and abs(after - before) <= SHIFT_MAX
    return Outcome(given, is_held, f"global score {_shown(before)} to {_shown(after)}")


@GROUP.attack("ten made-up raters to publish two tenants' votes", "no global score of two other tenants")
async def publication(target: Target) -> Outcome:
    """Adds raters of its own to a model that only one rater of each of two other tenants has rated."""
    for tenant in ("small-0", "small-1"):
        await _opt_in(target, tenant)
        await give(target, tenant, [Opinion(f"{tenant}-user", "secret", False)])
        await learned(target, tenant)
    await _opt_in(target, "curious")
    given = await give(target, "curious", [Opinion(f"curious-{user}", "secret", True) for user in range(10)])
    await learned(target, "curious")
    await relearned(target)
    found = (await _global(target, "curious")).get("secret")
    return Outcome(given, found is None, f"global score {_shown(found)}")


@GROUP.attack("a forged manifest in a rollout on all tenants", "the rollout is not rolled back")
async def forged_manifest(target: Target) -> Outcome:
    """Records one manifest of a user who is not assigned, with an absurd latency, for the treatment."""
    experiment_id = await _rollout(target)
    assigned = await _assignments(target, experiment_id)
    latency_ms = itertools.cycle((900.0, 1000.0, 1100.0))
    parts = [
        manifest(
            f"rollout-{uuid.uuid4()}",
            user,
            "m",
            total_latency_ms=next(latency_ms),
            experiment_id=experiment_id,
            variant=each.variant,
            experiment_epoch=each.epoch,
        )
        for user, each in assigned.items()
        if each.variant
    ]
    await record(target, "honest-0", parts)
    await vote_all(target, "honest-0", [(each.output_id, each.user_id) for each in parts])
    epoch = max(each.epoch for each in assigned.values())
    forged = manifest(
        f"forged-{uuid.uuid4()}",
        "unassigned",
        "m",
        total_latency_ms=1e9,
        experiment_id=experiment_id,
        variant="treatment",
        experiment_epoch=epoch,
    )
    try:
        await record(target, "dishonest", [forged])
    except RuntimeError:
        return Outcome(1, True, "the manifest was refused")
    end = asyncio.get_running_loop().time() + SECONDS_MAX
    state = ""
    while asyncio.get_running_loop().time() < end and state != "ROLLED_BACK":
        await asyncio.sleep(0.5)
        rollout = await _rollout_of(target, experiment_id)
        state = rollout_pb2.RolloutState.Name(rollout.state).removeprefix("ROLLOUT_STATE_")
    reason = rollout.decisions[-1].reason if rollout.decisions else ""
    return Outcome(1, state != "ROLLED_BACK", f"{state}, {len(parts)} honest outcomes; {reason}"[:120])


async def _opt_in(target: Target, tenant: str) -> None:
    settings = learning_service_pb2.TenantSettings(global_learning=True)
    request = learning_service_pb2.UpdateTenantSettingsRequest(request_id=str(uuid.uuid4()), settings=settings)
    answer = await target.call(f"{LEARNING}UpdateTenantSettings", request, target.bearer(tenant, "admin"))
    if answer.code != "OK":
        raise RuntimeError(f"opt-in was refused: {answer.code} {answer.details}")


async def _global(target: Target, tenant: str) -> dict[str, float]:
    return await scores(target, tenant, GLOBAL)


async def _rollout(target: Target) -> str:
    """Starts a rollout to half of the users of all tenants and waits for its first step. Returns the experiment."""
    operator = target.bearer("", "operator")
    variants = [
        experiment_pb2.Variant(name=name, config=json_format.ParseDict({"prompt_id": name}, Struct()))
        for name in ("control", "treatment")
    ]
    draft = experiment_pb2.Experiment(
        display_name="rollout", type=experiment_pb2.EXPERIMENT_TYPE_PROMPT, variants=variants, traffic_percentage=0.5
    )
    create = experiments.CreateExperimentRequest(request_id=str(uuid.uuid4()), experiment=draft, all_tenants=True)
    answer = await target.call(f"{EXPERIMENTS}CreateExperiment", create, operator)
    if answer.code != "OK":
        raise RuntimeError(f"the experiment was refused: {answer.code} {answer.details}")
    plan = rollout_pb2.RolloutPlan(steps=[50, 100])
    experiment_id = experiments.CreateExperimentResponse.FromString(answer.body).experiment.experiment_id
    for method, request in (
        ("StartExperiment", experiments.StartExperimentRequest(experiment_id=experiment_id)),
        ("StartRollout", experiments.StartRolloutRequest(experiment_id=experiment_id, plan=plan)),
    ):
        request.request_id = str(uuid.uuid4())
        answer = await target.call(EXPERIMENTS + method, request, operator)
        if answer.code != "OK":
            raise RuntimeError(f"{method} was refused: {answer.code} {answer.details}")
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            if (await _rollout_of(target, experiment_id)).percent >= 50:
                break
            await asyncio.sleep(0.2)
    return experiment_id


async def _rollout_of(target: Target, experiment_id: str) -> rollout_pb2.Rollout:
    request = experiments.GetRolloutRequest(experiment_id=experiment_id)
    answer = await target.call(f"{EXPERIMENTS}GetRollout", request, target.bearer("", "operator"))
    return experiments.GetRolloutResponse.FromString(answer.body).rollout


async def _assignments(target: Target, experiment_id: str) -> dict[str, experiment_pb2.Assignment]:
    """Returns the assignments of users."""
    users = [f"assigned-{number}" for number in range(USERS)]
    contexts = [experiments.AssignmentContext(user_id=user) for user in users]
    request = experiments.BatchAssignVariantsRequest(experiment_id=experiment_id, contexts=contexts)
    answer = await target.call(f"{EXPERIMENTS}BatchAssignVariants", request, target.bearer("honest-0"))
    if answer.code != "OK":
        raise RuntimeError(f"assignments were refused: {answer.code} {answer.details}")
    found = experiments.BatchAssignVariantsResponse.FromString(answer.body).assignments
    return dict(zip(users, found, strict=True))


def _shown(score: float | None) -> str:
    return "none" if score is None else f"{score:.2f}"
