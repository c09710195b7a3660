"""EvaluatePolicy on real rows: decisions, answers and feedback lie in the database, and the service is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from neural.api.convert.enums import STRATEGIES
from neural.domain.model import Strategy
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.neural.serving import OPERATOR, Serving, serving, within

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
_OUTSIDERS = """
UPDATE ingest.explicit_feedback SET user_id = 'stranger'
WHERE output_id LIKE 'o%' AND substr(output_id, 2)::integer <= $1
"""


async def seed(neural: Serving, events: int) -> None:
    """Writes decisions for m (a third liked, 3 of 4 decisions) and n (nine of ten liked).

    Each was followed by two outputs, of which the second is not liked; ten of them know no candidates.
    """
    connection = neural.world.connection
    async with connection.transaction():
        for query in (_DECISIONS, _OUTPUTS):
            await connection.execute(query, events)
        await connection.execute(_MANIFESTS)
        await connection.execute(_VOTES, events)


async def learned(neural: Serving) -> None:
    """Lets a clear preference for n be learned, which the greedy strategy then has for every user."""
    await neural.world.liked("n", [1] * 60, "v")
    await neural.world.liked("m", [-1] * 60, "v")

    async def waits() -> bool:
        status = await neural.call("GetLearningStatus", pb.GetLearningStatusRequest())
        return bool(status.pending_units == 0 and status.learned_units == 120)

    await within(20, waits)


async def asked(neural: Serving, strategy: Strategy, **fields: Any) -> pb.EvaluatePolicyResponse:
    """Evaluates a strategy."""
    request = pb.EvaluatePolicyRequest(strategy=STRATEGIES[strategy], **fields)
    answer: pb.EvaluatePolicyResponse = await neural.call("EvaluatePolicy", request)
    return answer


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[Serving]:
    """Gives a service that explores a fifth of the time when it is epsilon-greedy."""
    async with serving(database_url, redis_url, {"RADIANT_EPSILON": "0.2"}) as running:
        yield running


async def test_strategies_are_evaluated_on_what_was_decided(neural: Serving) -> None:
    await seed(neural, EVENTS)
    await learned(neural)
    greedy = await asked(neural, Strategy.GREEDY)
    assert (greedy.events, greedy.enough_data, greedy.explanation) == (EVENTS, True, "")
    assert greedy.effective_sample_size == pytest.approx(EVENTS / 4)
    found = {each.estimator: each for each in greedy.estimates}
    assert list(found) == ["ips", "snips", "dr"]
    for each in found.values():
        assert 0 <= each.lower < 0.9 < each.upper <= 1
        assert each.value == pytest.approx(0.9, abs=0.01)
        assert each.upper - each.lower < 0.3
    careful = await asked(neural, Strategy.EPSILON_GREEDY)
    value = 0.9 * 0.9 + 0.1 / 3
    assert {each.estimator: each.value for each in careful.estimates}["snips"] == pytest.approx(value, abs=0.01)


async def test_little_is_not_enough_and_said_so(neural: Serving) -> None:
    await seed(neural, 1999)
    found = await asked(neural, Strategy.THOMPSON)
    assert (found.events, found.enough_data, list(found.estimates)) == (1999, False, [])
    assert "there are 1999 decisions with feedback, and 2000 are needed" in found.explanation


async def test_only_feedback_of_who_got_the_answer_in_the_time_asked_for_counts(neural: Serving) -> None:
    await seed(neural, 100)
    assert (await asked(neural, Strategy.GREEDY)).events == 100
    await neural.world.connection.execute(_OUTSIDERS, 40)
    assert (await asked(neural, Strategy.GREEDY)).events == 60
    (row,) = await neural.rows("SELECT decided_at FROM neural.neural_routing_recommendations WHERE decision_id = 'd70'")
    assert (await asked(neural, Strategy.GREEDY, start_time=row[0])).events == 30
    assert (await asked(neural, Strategy.GREEDY, end_time=row[0])).events == 30
    globex = pb.EvaluatePolicyRequest(tenant_id="globex", strategy=STRATEGIES[Strategy.GREEDY])
    await neural.world.connection.execute("UPDATE ingest.execution_manifests SET models_used = '{k}'")
    assert (await asked(neural, Strategy.GREEDY)).events == 0
    assert (await neural.call("EvaluatePolicy", globex, OPERATOR)).events == 0


async def test_decisions_carry_their_candidates(neural: Serving) -> None:
    answer = await neural.ask()
    query = "SELECT candidates FROM neural.neural_routing_recommendations WHERE decision_id = $1"

    async def logged() -> bool:
        return bool(await neural.rows(query, answer.decision_id))

    await within(5, logged)
    assert [row["candidates"] for row in await neural.rows(query, answer.decision_id)] == [["m", "n"]]
