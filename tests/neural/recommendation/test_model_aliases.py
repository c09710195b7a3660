"""Recommendations for models under other names: estimates follow the aliases, answers keep the names of the request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from neural.domain.constraints import Profile, RankingRequest
from neural.domain.model import Strategy
from neural.recommendation.decision import Decision
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.experiment_overrides import ExperimentOverride
from neural.recommendation.model_aliases import ModelAliases
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from tests.neural.fixtures.stack import LearningStack, open_stack

pytestmark = pytest.mark.server

_ALIAS = "INSERT INTO ingest.model_aliases (tenant_id, alias, model, version, kind) VALUES ('acme', $1, $2, '', $3)"


@pytest.fixture
async def stack(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    async with open_stack(database_url, redis_url) as opened:
        await opened.feedback.trust_all("u")
        await opened.feedback.rate("gpt-4o", [1] * 30)
        await opened.feedback.rate("slow", [-1] * 30)
        await opened.publish()
        yield opened


async def recommender(stack: LearningStack, log: DecisionLog | None = None) -> Recommender:
    """Returns a recommender with the stored aliases."""
    aliases = ModelAliases(stack.database)
    await aliases.snapshot.refresh()
    log = log or DecisionLog(stack.database, 100)
    return Recommender(stack.table(), log, RecommendSettings(), names_of=aliases.of)


async def decided(stack: LearningStack, *candidates: str, **fields: Any) -> Decision:
    """Returns a greedy decision among candidates."""
    override = fields.pop("override", None)
    request = RankingRequest(
        user_id="u",
        task_type="chat",
        domain_mode="general",
        candidates=candidates,
        strategy=Strategy.GREEDY,
        **fields,
    )
    return await (await recommender(stack)).decide("acme", b"d", request, override)


async def means(stack: LearningStack, *candidates: str) -> dict[str, float]:
    """Returns the estimates by the names of the request."""
    ranking = (await decided(stack, *candidates)).prepared.ranking
    return {each.estimate.model: each.estimate.mean for each in ranking.candidates}


@pytest.mark.parametrize("name", ["openai/gpt-4o", "gpt-4o-2024-08-06", "azure/gpt-4o-2024-05-13"])
async def test_candidate_under_other_name_has_estimate_of_its_model(stack: LearningStack, name: str) -> None:
    found = await means(stack, name, "slow")
    assert found[name] == pytest.approx((await means(stack, "gpt-4o", "slow"))["gpt-4o"], abs=1e-6)
    chosen = (await decided(stack, name, "slow")).chosen
    assert chosen is not None
    assert (chosen.estimate.model, chosen.credited_model) == (name, "gpt-4o")


async def test_stored_aliases_apply_and_manual_ones_precede(stack: LearningStack) -> None:
    await stack.rows(_ALIAS, "auto", "gpt-4o", "automatic")
    await stack.rows(_ALIAS, "house", "gpt-4o", "manual")
    found = await means(stack, "auto", "house", "gpt-4o", "other")
    assert found["auto"] == found["house"] == found["gpt-4o"] > found["other"] == 0.5
    await stack.rows("UPDATE ingest.model_aliases SET model = 'slow', kind = 'manual' WHERE alias = 'auto'")
    assert (await means(stack, "auto"))["auto"] < 0.5


async def test_fallback_answer_does_not_redirect_model_with_feedback(stack: LearningStack) -> None:
    await stack.rows(_ALIAS, "gpt-4o", "slow", "automatic")
    assert (await means(stack, "gpt-4o"))["gpt-4o"] > 0.5


async def test_feedback_under_old_name_counts_until_model_has_feedback(stack: LearningStack) -> None:
    await stack.feedback.rate("openai/old", [1] * 20)
    await stack.publish()
    assert (await means(stack, "openai/old"))["openai/old"] > 0.6


async def test_excluded_model_and_profile_apply_to_all_names(stack: LearningStack) -> None:
    refused = (await decided(stack, "openai/gpt-4o", "slow", excluded=frozenset({"gpt-4o"}))).prepared.ranking.refused
    assert [name for name, _ in refused] == ["openai/gpt-4o"]
    profiles = {"gpt-4o-2024-08-06": Profile(cost=5.0)}
    refused = (await decided(stack, "openai/gpt-4o", "slow", profiles=profiles, cost_max=1.0)).prepared.ranking.refused
    assert [name for name, _ in refused] == ["openai/gpt-4o"]


async def test_experiment_on_model_applies_to_candidate_under_other_name(stack: LearningStack) -> None:
    override = ExperimentOverride("e", "treatment", 1, models=("gpt-4o-2024-08-06",))
    chosen = (await decided(stack, "openai/gpt-4o", "slow", override=override)).chosen
    assert chosen is not None
    assert (chosen.estimate.model, chosen.propensity) == ("openai/gpt-4o", 1.0)


async def test_changed_alias_invalidates_prepared_ranking(stack: LearningStack) -> None:
    aliases = ModelAliases(stack.database)
    table = stack.table()
    table.note_heartbeat()  # entries have their long lifetime
    log = DecisionLog(stack.database, 100)
    subject = Recommender(table, log, RecommendSettings(), names_of=aliases.of)
    request = RankingRequest(user_id="u", task_type="chat", domain_mode="general", candidates=("auto", "slow"))
    await subject.decide("acme", b"d", request)
    assert subject.decide_prepared("acme", b"d") is not None
    await stack.rows(_ALIAS, "auto", "gpt-4o", "manual")
    await aliases.snapshot.refresh()
    assert subject.decide_prepared("acme", b"d") is None


async def test_decision_log_names_credited_model(stack: LearningStack) -> None:
    log = DecisionLog(stack.database, 100)
    request = RankingRequest(
        user_id="u", task_type="chat", domain_mode="general", candidates=("openai/gpt-4o",), strategy=Strategy.GREEDY
    )
    await (await recommender(stack, log)).decide("acme", b"d", request)
    await log.write()
    (row,) = await stack.rows("SELECT model, candidates FROM neural.neural_routing_recommendations")
    assert (row["model"], row["candidates"]) == ("gpt-4o", ["gpt-4o"])
