"""Recommendations with running experiments."""

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
from tests.neural.fixtures.service import ACME, NeuralService, open_service, wait_until
from tests.support.suite import token

GLOBEX = token("globex")
USERS = [f"u{number}" for number in range(60)]
DELAY_MAX_S = 1.0


@dataclass(frozen=True)
class Services:
    """The services neural and experiments on one database."""

    neural: NeuralService
    experiments: experimenting.ExperimentsService

    async def ask(self, user: str, *candidates: str, caller: Any = ACME, **more: Any) -> Any:
        """Returns a greedy recommendation for a user."""
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
        """Starts an experiment on all users, and waits until recommendations apply it."""
        all_tenants = more.pop("all_tenants", False)
        variants = [
            experiment_pb2.Variant(name="control", config=config(control)),
            experiment_pb2.Variant(name="treatment", config=config(treatment)),
        ]
        made = await self.experiments.started(
            draft(variants=variants, **more), caller or experimenting.ADMIN, all_tenants=all_tenants
        )
        seconds = await wait_until(2, lambda: self.covers(made.experiment_id))
        assert seconds < DELAY_MAX_S
        return made

    async def covers(self, experiment_id: str, caller: Any = ACME) -> bool:
        """Returns whether recommendations apply an experiment."""
        found = [await self.ask(user, "m", "n", "small", "large", caller=caller) for user in USERS[:12]]
        return experiment_id in {each.experiment_id for each in found}

    async def has_ended(self, experiment_id: str) -> bool:
        """Returns whether no recommendation applies an experiment."""
        return not await self.covers(experiment_id)


@pytest.fixture
async def both(database_url: str, redis_url: str) -> AsyncIterator[Services]:
    """Gives both services on one database."""
    async with contextlib.AsyncExitStack() as stack:
        neural = await stack.enter_async_context(open_service(database_url, redis_url))
        experiments = await stack.enter_async_context(experimenting.open_service(database_url))
        yield Services(neural, experiments)


def variants_of(answers: Sequence[Any]) -> set[str]:
    """Returns the variants of recommendations."""
    return {each.variant for each in answers}


async def test_recommendation_in_experiment_is_model_of_variant(both: Services) -> None:
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


async def test_variant_without_config_does_not_change_recommendation(both: Services) -> None:
    await both.neural.feedback.rate("m", [1] * 5)
    await both.started({}, {"model": "n"})
    for user in USERS:
        answer = await both.ask(user, "m", "n")
        if answer.variant == "treatment":
            assert answer.model == "n"
        else:
            assert answer.variant == "control"
            assert answer.model in {"m", "n"}


async def test_variant_with_models_and_strategy_applies_both(both: Services) -> None:
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


async def test_request_that_excludes_model_of_variant_is_not_in_experiment(both: Services) -> None:
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


async def test_override_of_paused_experiment_ends_within_a_second(both: Services) -> None:
    made = await both.started({"model": "small"}, {"model": "large"})
    paused = await both.experiments.move("Pause", made)
    assert await wait_until(2, lambda: both.has_ended(made.experiment_id)) < DELAY_MAX_S
    resumed = await both.experiments.move("Resume", paused)
    assert await wait_until(2, lambda: both.covers(made.experiment_id)) < DELAY_MAX_S
    await both.experiments.move("Complete", resumed)
    assert await wait_until(2, lambda: both.has_ended(made.experiment_id)) < DELAY_MAX_S


async def test_override_of_edited_experiment_has_new_epoch(both: Services) -> None:
    made = await both.started({"model": "small"}, {"model": "large"})
    await both.experiments.edited(made, traffic_percentage=1.0)

    async def is_applied() -> bool:
        answers = [await both.ask(user, "small", "large") for user in USERS]
        return {(each.variant, each.experiment_epoch) for each in answers} == {("treatment", 2)}

    assert await wait_until(2, is_applied) < DELAY_MAX_S


async def test_override_of_experiment_paused_while_another_resumes_ends(both: Services) -> None:
    """The signature changes although the sum of the etags does not."""
    first = await both.started({"model": "small"}, {"model": "large"})
    paused = await both.experiments.move("Pause", await both.experiments.started(draft()))
    first = (await both.experiments.edited(first, display_name="renamed")).experiment
    first = (await both.experiments.edited(first, display_name="again")).experiment
    latest = await both.experiments.started(draft(), token("globex", "admin", "service"))
    await wait_until(2, lambda: both.covers(latest.experiment_id, GLOBEX))
    assert int(first.etag) == int(paused.etag) + 1
    await both.experiments.rows(
        "UPDATE experiments.ab_experiments SET etag = etag + 1, state = CASE state WHEN 'paused' THEN 'running' ELSE"
        " 'paused' END WHERE tenant_id = 'acme'"
    )
    assert await wait_until(3, lambda: both.has_ended(first.experiment_id)) < DELAY_MAX_S


async def test_experiment_with_targeting_and_forced_variant_applies_both(both: Services) -> None:
    wanted = draft(forced_variants={"tester": "treatment"})
    wanted.targeting.task_types.append("code")
    made = await both.experiments.started(wanted)

    async def is_forced() -> bool:
        return bool((await both.ask("tester", "small", "large")).variant == "treatment")

    await wait_until(2, is_forced)
    assert variants_of([await both.ask(user, "small", "large") for user in USERS]) == {""}
    coded = [await both.ask(user, "small", "large", task_type="code") for user in USERS]
    assert variants_of(coded) == {"control", "treatment"}
    assert {each.experiment_id for each in coded} == {made.experiment_id}


async def test_experiment_of_other_type_does_not_change_recommendation(both: Services) -> None:
    variants = [
        experiment_pb2.Variant(name="control", config=config({"prompt_id": "a"})),
        experiment_pb2.Variant(name="treatment", config=config({"prompt_id": "b"})),
    ]
    prompts = draft(variants=variants, type=experiment_pb2.EXPERIMENT_TYPE_PROMPT)
    await both.experiments.started(prompts)
    made = await both.started({"model": "small"}, {"model": "large"})
    answers = [await both.ask(user, "small", "large") for user in USERS]
    assert {each.experiment_id for each in answers} == {made.experiment_id}


async def test_experiment_applies_to_other_tenants_only_if_for_all_tenants(both: Services) -> None:
    await both.started({"model": "small"}, {"model": "large"})
    answers = [await both.ask(user, "small", "large", caller=GLOBEX) for user in USERS]
    assert {(each.experiment_id, each.variant) for each in answers} == {("", "")}
    over_all = await both.experiments.started(draft(), OPERATOR, all_tenants=True)
    await wait_until(2, lambda: both.covers(over_all.experiment_id, GLOBEX))
    mine = [await both.ask(user, "small", "large") for user in USERS]
    assert over_all.experiment_id not in {each.experiment_id for each in mine}
