"""EvaluatePolicy on decisions, outputs and feedback in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from neural.api.convert.enums import STRATEGIES
from neural.domain.model import Strategy
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.neural.fixtures.service import OPERATOR, NeuralService, open_service, wait_until

EVENTS = 2400
_DECISIONS = """
INSERT INTO neural.neural_routing_recommendations (tenant_id, decision_id, decided_at, user_id, task_type, domain_mode,
  model, propensity, strategy, scope, score, confidence, table_version, candidates)
SELECT 'acme', 'd' || i, now() - i * interval '1 second', 'u' || i % 61, 'chat', 'general',
  CASE WHEN i % 4 = 0 THEN 'n' ELSE 'm' END, CASE WHEN i % 4 = 0 THEN 0.25 ELSE 0.75 END, 'epsilon_greedy', '', 0.5, 0,
  1, CASE WHEN i > $1 THEN '{}'::text[] ELSE '{m,n}' END
FROM generate_series(1, $1 + 10) AS i
"""
_OUTPUTS = """
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
SELECT 'acme', kind || i, now() - i * interval '1 second', '', ''
FROM generate_series(1, $1 + 10) AS i, unnest('{o,p}'::text[]) AS kind
"""
_MANIFESTS = """
INSERT INTO ingest.execution_manifests (tenant_id, output_id, created_at, user_id, conversation_id, message_id,
  request_type, task_type, domain_mode, input_tokens, models_used, model_versions, orchestration_id,
  orchestration_name, services_used, thermal_states, provider_health, brain_reasoning, was_user_override,
  output_tokens, total_latency_ms, total_cost, was_streamed, steps, decision_id)
SELECT o.tenant_id, o.output_id, o.created_at, 'u' || i % 61, '', '', 'chat', 'chat', 'general', 0,
  ARRAY[CASE WHEN i % 4 = 0 THEN 'n' ELSE 'm' END], '{""}', '', '', '{}', '{}', '{}', '', false, 0, 0, 0, false, '[]',
  'd' || i
FROM ingest.outputs o, LATERAL (SELECT substr(o.output_id, 2)::integer AS i) AS place
"""
_VOTES = """
INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source, user_agent,
  client_time, request_id)
SELECT 'acme', kind || i, 'u' || i % 61, CASE WHEN kind = 'p' THEN -1
  WHEN i % 4 = 0 THEN CASE WHEN i % 40 = 0 THEN -1 ELSE 1 END ELSE CASE WHEN i % 3 = 0 THEN 1 ELSE -1 END END,
  '{}', '', 'api', '', now(), gen_random_uuid()
FROM generate_series(1, $1 + 10) AS i, unnest('{o,p}'::text[]) AS kind
"""
_CHANGE_RATER = """
UPDATE ingest.explicit_feedback SET user_id = 'other'
WHERE output_id LIKE 'o%' AND substr(output_id, 2)::integer <= $1
"""


async def seed(neural: NeuralService, events: int) -> None:
    """Writes decisions: three of four for m (a third of the votes up), the others for n (90 % up).

    Each decision has two outputs, and the votes on the second are down. Ten decisions have no candidates.
    """
    connection = neural.feedback.connection
    async with connection.transaction():
        for query in (_DECISIONS, _OUTPUTS):
            await connection.execute(query, events)
        await connection.execute(_MANIFESTS)
        await connection.execute(_VOTES, events)


async def learn_preference(neural: NeuralService) -> None:
    """Writes votes after which the greedy strategy chooses n for every user, and waits until they are learned."""
    await neural.feedback.rate("n", [1] * 60, "v")
    await neural.feedback.rate("m", [-1] * 60, "v")

    async def is_learned() -> bool:
        status = await neural.call("GetLearningStatus", pb.GetLearningStatusRequest())
        return bool(status.pending_units == 0 and status.learned_units == 120)

    await wait_until(20, is_learned)


async def evaluate(neural: NeuralService, strategy: Strategy, **fields: Any) -> pb.EvaluatePolicyResponse:
    """Returns the evaluation of a strategy for acme."""
    request = pb.EvaluatePolicyRequest(strategy=STRATEGIES[strategy], **fields)
    answer: pb.EvaluatePolicyResponse = await neural.call("EvaluatePolicy", request)
    return answer


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[NeuralService]:
    """Gives a service with epsilon 0.2."""
    async with open_service(database_url, redis_url, {"RADIANT_EPSILON": "0.2"}) as running:
        yield running


async def test_evaluation_of_strategies_finds_true_mean_rewards(neural: NeuralService) -> None:
    await seed(neural, EVENTS)
    await learn_preference(neural)
    greedy = await evaluate(neural, Strategy.GREEDY)
    assert (greedy.events, greedy.enough_data, greedy.explanation) == (EVENTS, True, "")
    assert greedy.effective_sample_size == pytest.approx(EVENTS / 4)
    found = {each.estimator: each for each in greedy.estimates}
    assert list(found) == ["ips", "snips", "dr"]
    for each in found.values():
        assert 0 <= each.lower < 0.9 < each.upper <= 1
        assert each.value == pytest.approx(0.9, abs=0.01)
        assert each.upper - each.lower < 0.3
    exploring = await evaluate(neural, Strategy.EPSILON_GREEDY)
    value = 0.9 * 0.9 + 0.1 / 3
    assert {each.estimator: each.value for each in exploring.estimates}["snips"] == pytest.approx(value, abs=0.01)


async def test_evaluation_with_too_few_events_explains_shortfall(neural: NeuralService) -> None:
    await seed(neural, 1999)
    found = await evaluate(neural, Strategy.THOMPSON)
    assert (found.events, found.enough_data, list(found.estimates)) == (1999, False, [])
    assert "1999 decisions have feedback, and 2000 are needed" in found.explanation


async def test_evaluation_counts_only_feedback_of_output_user_in_period(neural: NeuralService) -> None:
    await seed(neural, 100)
    assert (await evaluate(neural, Strategy.GREEDY)).events == 100
    await neural.feedback.connection.execute(_CHANGE_RATER, 40)
    assert (await evaluate(neural, Strategy.GREEDY)).events == 60
    (row,) = await neural.rows("SELECT decided_at FROM neural.neural_routing_recommendations WHERE decision_id = 'd70'")
    assert (await evaluate(neural, Strategy.GREEDY, start_time=row[0])).events == 30
    assert (await evaluate(neural, Strategy.GREEDY, end_time=row[0])).events == 30
    globex = pb.EvaluatePolicyRequest(tenant_id="globex", strategy=STRATEGIES[Strategy.GREEDY])
    await neural.feedback.connection.execute("UPDATE ingest.execution_manifests SET models_used = '{k}'")
    assert (await evaluate(neural, Strategy.GREEDY)).events == 0
    assert (await neural.call("EvaluatePolicy", globex, OPERATOR)).events == 0


async def test_logged_decision_contains_its_candidates(neural: NeuralService) -> None:
    answer = await neural.ask()
    query = "SELECT candidates FROM neural.neural_routing_recommendations WHERE decision_id = $1"

    async def is_logged() -> bool:
        return bool(await neural.rows(query, answer.decision_id))

    await wait_until(5, is_logged)
    assert [row["candidates"] for row in await neural.rows(query, answer.decision_id)] == [["m", "n"]]


_STATED_AGAIN = """
INSERT INTO neural.neural_routing_recommendations
SELECT tenant_id, decision_id, decided_at + interval '1 second', user_id, task_type, domain_mode, model, 0.001,
  strategy, scope, score, confidence, table_version, candidates, true
FROM neural.neural_routing_recommendations
"""
_FORGED = """
UPDATE neural.neural_routing_recommendations SET stated_by_client = true, propensity = $1
WHERE decision_id = ANY($2::text[])
"""


async def test_forged_propensities_of_a_client_have_limited_weight(neural: NeuralService) -> None:
    await seed(neural, EVENTS)
    await learn_preference(neural)
    honest = {each.estimator: each for each in (await evaluate(neural, Strategy.GREEDY)).estimates}
    forged = [f"d{number}" for number in range(40, 441, 40)]  # choices of n with a negative vote
    await neural.feedback.connection.execute(_FORGED, 1e-9, forged)
    found = await evaluate(neural, Strategy.GREEDY)
    assert (found.events, found.client_events, found.limited_weights) == (EVENTS, len(forged), len(forged))
    assert found.effective_sample_size > 1
    assert not found.enough_data
    assert "the effective sample size is" in found.explanation
    await neural.feedback.connection.execute(_FORGED, 0.25, forged)
    again = await evaluate(neural, Strategy.GREEDY)
    assert (again.client_events, again.limited_weights) == (len(forged), 0)
    for each in again.estimates:
        assert each.value == pytest.approx(honest[each.estimator].value, abs=1e-3)
        assert each.lower == pytest.approx(honest[each.estimator].lower, abs=1e-3)


async def test_decision_in_both_logs_counts_once_with_the_propensity_of_the_service(neural: NeuralService) -> None:
    await seed(neural, 100)
    await neural.feedback.connection.execute(_STATED_AGAIN)
    found = await evaluate(neural, Strategy.GREEDY)
    assert (found.events, found.client_events, found.limited_weights) == (100, 0, 0)
    assert {(each.reason, each.count) for each in found.excluded} == {(pb.DECISION_EXCLUSION_UNKNOWN_CANDIDATES, 10)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE ingest.execution_manifests SET decision_id = ''", pb.DECISION_EXCLUSION_NO_MANIFEST),
        ("UPDATE ingest.execution_manifests SET models_used = '{k}'", pb.DECISION_EXCLUSION_OTHER_MODEL),
        ("UPDATE neural.neural_routing_recommendations SET propensity = 0", pb.DECISION_EXCLUSION_NO_PROPENSITY),
        (
            "UPDATE neural.neural_routing_recommendations SET candidates = '{k}'",
            pb.DECISION_EXCLUSION_UNKNOWN_CANDIDATES,
        ),
        (
            "WITH stated AS (UPDATE neural.neural_routing_recommendations SET stated_by_client = true) "
            "UPDATE ingest.execution_manifests SET propensity = 0.5",
            pb.DECISION_EXCLUSION_CONTRADICTION,
        ),
        ("DELETE FROM ingest.explicit_feedback", pb.DECISION_EXCLUSION_NO_FEEDBACK),
    ],
)
async def test_decision_that_cannot_be_evaluated_is_counted_by_its_reason(
    neural: NeuralService, change: str, reason: Any
) -> None:
    await seed(neural, 50)
    await neural.feedback.connection.execute(change)
    found = await evaluate(neural, Strategy.GREEDY)
    assert (found.events, found.decisions) == (0, 60)
    counts = {each.reason: each.count for each in found.excluded}
    assert counts[reason] >= 50
    assert sum(counts.values()) == 60
