"""Recommendations under running experiments: the variant decides where the request allows it, and is named."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from radiant.experiments.v1 import experiment_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from tests.experiments.fixtures import service as experimenting
from tests.experiments.fixtures.service import OPERATOR, config, draft
from tests.neural.serving import ACME, Serving, serving, within
from tests.support.suite import token

GLOBEX = token("globex")
USERS = [f"u{number}" for number in range(60)]
HEARD_S = 1.0


@dataclass(frozen=True)
class Both:
    """Recommendations, and experiments beside them."""

    neural: Serving
    experiments: experimenting.ExperimentsService

    async def ask(self, user: str, *candidates: str, caller: Any = ACME, **more: Any) -> Any:
        """Asks for a user."""
        context = recommend_service_pb2.RecommendationContext(
            **{
                "user_id": user,
                "task_type": "chat",
                "candidates": candidates,
                "strategy": scoring_pb2.STRATEGY_GREEDY,
                **more,
            }
        )
        request = recommend_service_pb2.GetRecommendationRequest(context=context)
        return (await self.neural.call("GetRecommendation", request, caller)).recommendation

    async def started(
        self, control: dict[str, Any], treatment: dict[str, Any], caller: Any = None, **more: Any
    ) -> experiment_pb2.Experiment:
        """Starts an experiment on everybody and waits until recommendations follow it."""
        all_tenants = more.pop("all_tenants", False)
        variants = [
            experiment_pb2.Variant(name="control", config=config(control)),
            experiment_pb2.Variant(name="treatment", config=config(treatment)),
        ]
        made = await self.experiments.started(
            draft(variants=variants, **more), caller or experimenting.ADMIN, all_tenants=all_tenants
        )
        seconds = await within(2, lambda: self.covers(made.experiment_id))
        assert seconds < HEARD_S
        return made

    async def covers(self, experiment_id: str, caller: Any = ACME) -> bool:
        """Tells whether recommendations know an experiment."""
        found = [await self.ask(user, "m", "n", "small", "large", caller=caller) for user in USERS[:12]]
        return experiment_id in {each.experiment_id for each in found}

    async def gone(self, experiment_id: str) -> bool:
        """Tells whether no recommendation names it any more."""
        return not await self.covers(experiment_id)


@pytest.fixture
async def both(database_url: str, redis_url: str) -> AsyncIterator[Both]:
    """Gives both services on one database; in what was learned, m is better than n."""
    async with contextlib.AsyncExitStack() as stack:
        neural = await stack.enter_async_context(serving(database_url, redis_url))
        experiments = await stack.enter_async_context(experimenting.open_service(database_url))
        yield Both(neural, experiments)


def variants_of(answers: Sequence[Any]) -> set[str]:
    """Returns the variants that were named."""
    return {each.variant for each in answers}


async def test_the_variant_s_model_is_the_answer(both: Both) -> None:
    made = await both.started({"model": "small"}, {"model": "large"}, traffic_percentage=0.3)
    answers = {user: await both.ask(user, "small", "large", "other") for user in USERS}
    for user, answer in answers.items():
        assigned = await both.experiments.assigned(made.experiment_id, user)
        assert answer.variant == assigned.variant
        if assigned.variant:
            assert (answer.experiment_id, answer.experiment_epoch) == (made.experiment_id, 1)
            assert answer.model == {"control": "small", "treatment": "large"}[assigned.variant]
            assert answer.propensity == 1
        else:
            assert (answer.experiment_id, answer.experiment_epoch) == ("", 0)
    assert variants_of([*answers.values()]) == {"", "control", "treatment"}


async def test_an_empty_control_is_what_happens_anyway(both: Both) -> None:
    await both.neural.world.liked("m", [1] * 5)
    await both.started({}, {"model": "n"})
    for user in USERS:
        answer = await both.ask(user, "m", "n")
        if answer.variant == "treatment":
            assert answer.model == "n"
        else:
            assert answer.variant == "control"
            assert answer.model in {"m", "n"}


async def test_models_and_a_strategy(both: Both) -> None:
    chosen = {"models": ["m", "n"], "strategy": "epsilon_greedy", "epsilon": 0.5}
    await both.started({"strategy": "greedy"}, chosen)
    for user in USERS:
        answer = await both.ask(user, "m", "n", "small", strategy=scoring_pb2.STRATEGY_THOMPSON)
        if answer.variant == "treatment":
            assert answer.model in {"m", "n"}
            assert answer.propensity in (pytest.approx(0.25), pytest.approx(0.75), pytest.approx(0.5))
            narrow = await both.ask(user, "n", "small")
            assert (narrow.model, narrow.variant) == ("n", "treatment")
        else:
            assert answer.propensity in (1.0, pytest.approx(1 / 3))


async def test_a_request_that_may_not_use_the_variant_s_model_is_in_no_experiment(both: Both) -> None:
    made = await both.started({"model": "small"}, {"model": "large"})
    for user in USERS:
        allowed = (await both.ask(user, "small", "large")).model
        other = {"small": "large", "large": "small"}[allowed]
        for answer in (
            await both.ask(user, "x", other),
            await both.ask(user, "x", allowed, excluded_models=[allowed]),
        ):
            assert answer.model in {"x", other}
            assert (answer.experiment_id, answer.variant, answer.experiment_epoch) == ("", "", 0)
        again = await both.ask(user, "small", "large")
        assert (again.model, again.experiment_id) == (allowed, made.experiment_id)


async def test_a_pause_ends_it_within_a_second(both: Both) -> None:
    made = await both.started({"model": "small"}, {"model": "large"})
    paused = await both.experiments.move("Pause", made)
    assert await within(2, lambda: both.gone(made.experiment_id)) < HEARD_S
    resumed = await both.experiments.move("Resume", paused)
    assert await within(2, lambda: both.covers(made.experiment_id)) < HEARD_S
    await both.experiments.move("Complete", resumed)
    assert await within(2, lambda: both.gone(made.experiment_id)) < HEARD_S


async def test_an_edit_is_followed_with_its_epoch(both: Both) -> None:
    made = await both.started({"model": "small"}, {"model": "large"})
    await both.experiments.edited(made, traffic_percentage=1.0)

    async def everybody() -> bool:
        answers = [await both.ask(user, "small", "large") for user in USERS]
        return {(each.variant, each.experiment_epoch) for each in answers} == {("treatment", 2)}

    assert await within(2, everybody) < HEARD_S


async def test_one_paused_and_one_resumed_at_once_are_told_apart(both: Both) -> None:
    """Versions that add up to the same sum hide no change."""
    first = await both.started({"model": "small"}, {"model": "large"})
    rested = await both.experiments.move("Pause", await both.experiments.started(draft()))
    first = (await both.experiments.edited(first, display_name="renamed")).experiment
    first = (await both.experiments.edited(first, display_name="again")).experiment
    latest = await both.experiments.started(draft(), token("globex", "admin", "service"))
    await within(2, lambda: both.covers(latest.experiment_id, GLOBEX))
    assert int(first.etag) == int(rested.etag) + 1
    await both.experiments.rows(
        "UPDATE experiments.ab_experiments SET etag = etag + 1, state = CASE state WHEN 'paused' THEN 'running' ELSE"
        " 'paused' END WHERE tenant_id = 'acme'"
    )
    assert await within(3, lambda: both.gone(first.experiment_id)) < HEARD_S


async def test_targeting_and_testers(both: Both) -> None:
    wanted = draft(forced_variants={"tester": "treatment"})
    wanted.targeting.task_types.append("code")
    made = await both.experiments.started(wanted)

    async def known() -> bool:
        return bool((await both.ask("tester", "small", "large")).variant == "treatment")

    await within(2, known)
    assert variants_of([await both.ask(user, "small", "large") for user in USERS]) == {""}
    coded = [await both.ask(user, "small", "large", task_type="code") for user in USERS]
    assert variants_of(coded) == {"control", "treatment"}
    assert {each.experiment_id for each in coded} == {made.experiment_id}


async def test_other_types_decide_no_model(both: Both) -> None:
    variants = [
        experiment_pb2.Variant(name="control", config=config({"prompt_id": "a"})),
        experiment_pb2.Variant(name="treatment", config=config({"prompt_id": "b"})),
    ]
    prompts = draft(variants=variants, type=experiment_pb2.EXPERIMENT_TYPE_PROMPT)
    await both.experiments.started(prompts)
    made = await both.started({"model": "small"}, {"model": "large"})
    answers = [await both.ask(user, "small", "large") for user in USERS]
    assert {each.experiment_id for each in answers} == {made.experiment_id}


async def test_another_tenant_is_not_touched_unless_it_is_over_all(both: Both) -> None:
    await both.started({"model": "small"}, {"model": "large"})
    answers = [await both.ask(user, "small", "large", caller=GLOBEX) for user in USERS]
    assert {(each.experiment_id, each.variant) for each in answers} == {("", "")}
    over_all = await both.experiments.started(draft(), OPERATOR, all_tenants=True)
    await within(2, lambda: both.covers(over_all.experiment_id, GLOBEX))
    mine = [await both.ask(user, "small", "large") for user in USERS]
    assert over_all.experiment_id not in {each.experiment_id for each in mine}
