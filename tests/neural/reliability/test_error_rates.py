"""Error rates of models: counted once, bounded by their evidence, and used as a constraint of recommendations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from neural.domain.constraints import RankingRequest
from neural.domain.reliability import CallCounts, excess_rates
from neural.queries.reliability import ModelCalls, Reliability
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.reliability.error_rates import ErrorRates
from neural.settings import RecommendSettings
from tests.neural.fixtures.stack import LearningStack

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("failed", "calls", "lower"), [(1, 1, 0.27), (2, 2, 0.425), (3, 3, 0.526), (0, 9, 0), (60, 100, 0.518)]
)
def test_lower_bound_of_error_rate_depends_on_evidence(failed: int, calls: int, lower: float) -> None:
    counts = CallCounts(errors=failed, answered=calls - failed, cancelled=1000)
    assert counts.error_rate_lower == pytest.approx(lower, abs=1e-3)
    assert counts.error_rate == failed / calls


def test_error_rate_without_calls_is_unknown() -> None:
    assert CallCounts(cancelled=5).error_rate is None
    assert CallCounts().error_rate_lower == 0


def test_excess_rate_of_task_with_enough_calls_replaces_that_of_the_model() -> None:
    failing, fine, rare = CallCounts(timeouts=100), CallCounts(answered=20), CallCounts(answered=19)
    excess = excess_rates({"code": failing, "chat": fine, "legal": rare}, 0.5)
    assert excess is not None
    assert (excess.of("code"), excess.of("chat"), excess.of("legal"), excess.of("new")) == (1.0, None, 0.72, 0.72)
    assert excess_rates({"chat": CallCounts(errors=2)}, 0.5) is None
    assert excess_rates({"chat": CallCounts(errors=1000)}, 1.0) is None


class Reliable:
    """Recommendations of a process that reads error rates when the test requests it."""

    def __init__(self, stack: LearningStack) -> None:
        """Starts without error rates."""
        self.stack, self.notified = stack, list[str]()
        self.rates = ErrorRates(stack.database, 0.5, HOUR, self.notified.append)
        settings = RecommendSettings()
        log = DecisionLog(stack.database, 1000)
        self.recommender = Recommender(stack.table(), log, settings, unreliable_of=self.rates.get)

    async def calls(self, model: str, count: int, outcome: str | None, task: str = "chat", **more: Any) -> None:
        """Records and learns calls of a model with an outcome."""
        now = datetime.now(UTC)
        for _ in range(count):
            number = await self.stack.number("SELECT count(*) FROM ingest.outputs")
            await self.stack.feedback.manifest(
                f"{model}{number}", model, task=task, outcome=outcome, **({"at": now} | more)
            )
        await self.stack.learn()
        await self.rates.snapshot.refresh()

    async def candidates(self, task: str = "chat", *models: str) -> list[str]:
        """Returns the eligible models, sorted."""
        request = RankingRequest(user_id="u", task_type=task, domain_mode="general", candidates=models or ("m", "n"))
        ranking = (await self.recommender.prepare("acme", request)).ranking
        return sorted(each.estimate.model for each in ranking.candidates)


async def test_failing_model_is_not_recommended_until_it_recovers(stack: LearningStack) -> None:
    reliable = Reliable(stack)
    await reliable.calls("m", 1, "error")
    assert await reliable.candidates() == ["m", "n"]
    request = RankingRequest(user_id="u", task_type="chat", domain_mode="general", candidates=("m", "n"))
    await reliable.recommender.decide("acme", b"digest", request)
    assert reliable.recommender.decide_prepared("acme", b"digest") is not None
    await reliable.calls("m", 2, "timeout")
    assert reliable.recommender.decide_prepared("acme", b"digest") is None
    assert await reliable.candidates() == ["n"]
    assert await reliable.candidates("chat", "m") == ["m"]
    assert reliable.notified == ["acme"]
    await reliable.calls("m", 4, None)
    assert await reliable.candidates() == ["m", "n"]
    assert reliable.notified == ["acme"] * 2


async def test_cancelled_old_and_shared_calls_exclude_no_model(stack: LearningStack) -> None:
    reliable = Reliable(stack)
    await reliable.calls("m", 5, "cancelled")
    await reliable.calls("m", 5, "error", at=datetime.now(UTC) - 2 * HOUR)
    await stack.feedback.manifest("shared", "m", "n", outcome="error", at=datetime.now(UTC))
    assert await reliable.candidates() == ["m", "n"]
    (calls,) = (await Reliability(stack.database, HOUR).read("acme", task_type="chat", model="m"),)
    assert calls[0].counts == CallCounts(cancelled=5)


async def test_answers_under_the_answering_model_count_for_the_requested_name(stack: LearningStack) -> None:
    reliable = Reliable(stack)
    await stack.rows(_ALIAS, "acme", "deployment", "m")
    await reliable.calls("m", 20, None)
    await reliable.calls("deployment", 5, "error")
    assert await reliable.candidates("chat", "deployment", "n") == ["deployment", "n"]
    await reliable.calls("deployment", 45, "error")
    assert await reliable.candidates("chat", "deployment", "n") == ["n"]
    assert await reliable.candidates("chat", "m", "n") == ["m", "n"]


async def test_calls_are_read_by_model_task_and_provider(stack: LearningStack) -> None:
    reliable = Reliable(stack)
    await reliable.calls("m", 2, "error", services=["openai"])
    await reliable.calls("m", 1, "ok", "code")
    one = CallCounts(answered=1)
    assert await Reliability(stack.database, HOUR).read("acme") == [
        ModelCalls(model="m", task_type="", provider="", counts=CallCounts(errors=2) + one),
        ModelCalls(model="m", task_type="", provider="openai", counts=CallCounts(errors=2)),
        ModelCalls(model="m", task_type="chat", provider="", counts=CallCounts(errors=2)),
        ModelCalls(model="m", task_type="code", provider="", counts=one),
    ]
    assert await Reliability(stack.database, HOUR).read("globex") == []


async def test_outcome_stated_later_moves_the_call(stack: LearningStack) -> None:
    reliable = Reliable(stack)
    await reliable.calls("m", 1, None, cost=None)
    assert [tuple(row) for row in await stack.rows(_SPENT)] == [(1, 0.0, 1, 0, 0.0)]
    await stack.feedback.complete("m0", "error", 0.25)
    await stack.learn()
    assert [tuple(row) for row in await stack.rows(_SPENT)] == [(1, 0.25, 0, 1, 0.25)]
    (calls, *_) = await Reliability(stack.database, HOUR).read("acme")
    assert calls.counts == CallCounts(errors=1)
    await stack.feedback.complete("early", "timeout")
    await stack.learn()
    await stack.feedback.manifest("early", "m", at=datetime.now(UTC))
    await stack.learn()
    (calls, *_) = await Reliability(stack.database, HOUR).read("acme")
    assert calls.counts == CallCounts(errors=1, timeouts=1)


_ALIAS = (
    "INSERT INTO ingest.model_aliases (tenant_id, alias, model, version, kind) VALUES ($1, $2, $3, '', 'automatic')"
)
_SPENT = "SELECT outputs, cost, unmeasured, failed_measured, failed_cost FROM neural.spending"
