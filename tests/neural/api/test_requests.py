"""Page tokens and request identifiers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2, scoring_pb2
from tests.neural.fixtures.calls import METHODS, call_status, insert_feedback
from tests.neural.fixtures.fields import WALK
from tests.neural.fixtures.service import ACME, NeuralService, open_service, wait_until
from tests.support.suite import token


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[NeuralService]:
    """Gives a running service with some learned feedback."""
    async with open_service(database_url, redis_url) as service:
        await insert_feedback(service)
        yield service


def listing(**fields: Any) -> recommend_service_pb2.ListModelScoresRequest:
    """Returns a request to list the scores of acme."""
    return recommend_service_pb2.ListModelScoresRequest(scope=scoring_pb2.SCOPE_TENANT, **fields)


async def test_score_pages_are_complete_and_reject_tokens_of_other_listings(neural: NeuralService) -> None:
    for model in ("k", "n"):
        await neural.feedback.rate(model, [1], "x")
    listed: list[str] = []
    request = listing(page_size=1)
    await neural.call("LearnOutput", await last_output(neural))
    for _ in range(4):
        page = await neural.call("ListModelScores", request)
        listed += [each.model for each in page.scores]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert listed == ["k", "m", "n"]
    foreign = (await neural.call("ListModelScores", listing(page_size=1))).next_page_token
    for other in (listing(include_rollups=True), listing(model="m"), listing(task_type="chat")):
        other.page_token = foreign
        assert (await call_status(neural, "ListModelScores", other))[:2] == ("INVALID_ARGUMENT", ["page_token"])
    trust = learning_service_pb2.ListTrustScoresRequest(page_token=foreign)
    assert (await call_status(neural, "ListTrustScores", trust))[:2] == ("INVALID_ARGUMENT", ["page_token"])


async def last_output(neural: NeuralService) -> learning_service_pb2.LearnOutputRequest:
    """Returns a request to learn the latest output."""
    rows = await neural.rows("SELECT output_id FROM ingest.outputs ORDER BY recorded_at DESC LIMIT 1")
    return learning_service_pb2.LearnOutputRequest(output_id=rows[0]["output_id"])


def forged_token(listing: list[str], key: Any) -> str:
    """Returns a page token with an arbitrary key."""
    digest = hashlib.sha256(json.dumps(listing).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, key]).encode()).decode().rstrip("=")


async def test_forged_page_token_with_invalid_key_is_rejected(neural: NeuralService) -> None:
    good = learning_service_pb2.ListTrustScoresRequest(
        page_token=forged_token(["trust", "acme", "False"], ["0.5", "u"])
    )
    assert [each.user_id for each in (await neural.call("ListTrustScores", good)).scores] == ["v"]
    texts: list[Any] = [["0.5"], ["x", "u"], [0.5, "u"], ["0.5", 1], ["", ""], ["nan", "u"], ["inf", "u"], {}, None]
    for key in [*texts, ["0.5", "\x00"], ["0.5", "\ud800"]]:
        raters = learning_service_pb2.ListTrustScoresRequest(page_token=forged_token(["trust", "acme", "False"], key))
        assert (await call_status(neural, "ListTrustScores", raters))[:2] == ("INVALID_ARGUMENT", ["page_token"]), key
    keys: list[Any] = [["a", "b"], ["a", "b", 1], ["a", "b", "\x00"], ["a", "b", "\udfff"], "abc", [[], {}, 0]]
    for key in keys:
        scores = listing(page_token=forged_token(["tenant", "acme", "", "", "", "", "False"], key))
        assert (await call_status(neural, "ListModelScores", scores))[:2] == ("INVALID_ARGUMENT", ["page_token"]), key


async def test_trust_pages_are_complete(neural: NeuralService) -> None:
    request = learning_service_pb2.ListTrustScoresRequest(page_size=1)
    first = await neural.call("ListTrustScores", request)
    request.page_token = first.next_page_token
    second = await neural.call("ListTrustScores", request)
    found = [(each.user_id, each.trust) for page in (first, second) for each in page.scores]
    assert (found, second.next_page_token) == ([("u", 0.5), ("v", 0.7)], "")


async def test_request_id_reused_for_another_request_is_rejected(neural: NeuralService) -> None:
    request = WALK.legal(METHODS["UpdateTenantSettings"].input_type)
    answers = [await neural.call("UpdateTenantSettings", request, ACME) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].settings.global_learning
    request.settings.global_learning = False
    code, problems, reason = await call_status(neural, "UpdateTenantSettings", request)
    assert (code, problems, reason) == ("INVALID_ARGUMENT", ["request_id"], "REQUEST_ID_REUSED")
    shown = await neural.call("GetTenantSettings", learning_service_pb2.GetTenantSettingsRequest())
    assert shown.settings.global_learning


async def test_spellings_of_a_user_name_one_user(neural: NeuralService) -> None:
    pin = learning_service_pb2.PinTrustScoreRequest(
        request_id="018f0000-0000-7000-8000-000000000009", user_id="\uff41nn\u200b ", trust=0.5, reason="known"
    )
    assert (await neural.call("PinTrustScore", pin, token("acme", "admin"))).score.user_id == "ann"
    for spelling in ("ann", "\ufeffann", "an\u00adn\u3000"):
        await neural.ask(spelling)

    async def is_logged() -> bool:
        return len(await neural.rows("SELECT FROM neural.neural_routing_recommendations")) == 3

    await wait_until(10, is_logged)
    for table in ("user_trust_scores", "neural_routing_recommendations"):
        users = await neural.rows(f"SELECT DISTINCT user_id FROM neural.{table} WHERE user_id LIKE '%nn%'")
        assert [row["user_id"] for row in users] == ["ann"], table
