"""Tests of the REST routes over real services: data that one route writes is returned by another."""

from tests.gateway.fixtures.gateway import GLOBEX, Served, bearer, draft, idempotency_key, signal, vote
from tests.ingest.fixtures.service import manifest
from tests.neural.fixtures.service import wait_until


async def test_feedback_is_counted_in_stats_summary_and_widget_config(served: Served) -> None:
    await served.intake.call("RecordManifest", manifest("o/1", "m", conversation_id="c"))
    body = vote("o/1", categories=["FEEDBACK_CATEGORY_SPEED"])
    answer = await served.request("POST", "/feedback/explicit", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "ITEM_OUTCOME_ACCEPTED"
    assert answer.json()["manifestKnown"] is True
    assert (await served.request("POST", "/feedback/implicit", json=signal("o/1"))).json()["sentiment"] == 0.7
    signals = {"signals": [signal("o/1", "v"), signal("o/1", "w")]}
    batch = await served.request("POST", "/service/feedback/implicit/batch", json=signals)
    assert [each["outcome"] for each in batch.json()["results"]] == ["ITEM_OUTCOME_ACCEPTED"] * 2
    stats = (await served.request("GET", "/feedback/stats/o%2F1")).json()
    assert (stats["outputId"], stats["counts"]["positive"], stats["counts"]["signals"]) == ("o/1", "1", "3")
    summary = (await served.request("GET", "/service/feedback/conversation/c/summary")).json()
    assert [each["outputId"] for each in summary["outputs"]] == ["o/1"]
    config = await served.request("GET", "/service/feedback/config", params={"userId": "u", "outputId": "o/1"})
    assert config.json()["currentRating"] == "RATING_POSITIVE"


async def test_outcome_completes_output_and_contradiction_is_a_conflict(served: Served) -> None:
    await served.intake.call("RecordManifest", manifest("o/2", "m"))
    path, body = "/service/outputs/o%2F2/outcome", {"outcome": {"status": "OUTCOME_STATUS_ERROR", "errorType": "429"}}
    answer = await served.request("POST", path, json=body | {"totalCost": 0})
    assert (answer.status_code, answer.json()["manifestKnown"]) == (200, True), answer.text
    output = (await served.request("GET", "/admin/outputs/o%2F2")).json()["manifest"]
    assert (output["totalCost"], output["outcome"]["errorType"]) == (0, "429")
    assert "totalLatencyMs" not in output
    refused = await served.request("POST", path, json={"outcome": {"status": "OUTCOME_STATUS_OK"}})
    assert (refused.status_code, refused.json()["reason"]) == (409, "OUTCOME_EXISTS"), refused.text


async def test_learned_feedback_changes_scores_and_recommendation(served: Served) -> None:
    await served.intake.call("RecordManifest", manifest("o", "m"))
    await served.request("POST", "/feedback/explicit", json=vote("o"))
    learned = await served.request("POST", "/neural/learn", json={"outputId": "o"})
    assert learned.json()["units"][0]["weightedScore"] == 1.0

    async def is_listed() -> bool:
        answer = await served.request("GET", "/neural/scores", params={"scope": "SCOPE_TENANT"})
        return [each["model"] for each in answer.json()["scores"]] == ["m"]

    await wait_until(10, is_listed)
    context = {"userId": "u", "taskType": "chat", "candidates": ["m", "n"], "strategy": "STRATEGY_GREEDY"}
    answer = await served.request("GET", "/neural/recommendation", params=context)
    assert answer.json()["recommendation"]["model"] == "m"
    assert "etag" not in answer.headers
    assert (await served.request("GET", "/admin/trust-scores")).json() == {"scores": [], "nextPageToken": ""}


async def test_experiment_update_with_stale_etag_returns_412(served: Served) -> None:
    created = await served.request("POST", "/admin/experiments", json=draft())
    assert created.status_code == 201, created.text
    assert created.headers["cache-control"] == "private, no-cache"
    experiment = created.json()["experiment"]
    assert created.headers["etag"] == f'"{experiment["etag"]}"'
    path = f"/admin/experiments/{experiment['experimentId']}"
    if_match = {"if-match": created.headers["etag"]}
    updated = await served.request("PUT", path, json=draft("another name"), headers=if_match)
    assert updated.json()["experiment"]["displayName"] == "another name"
    assert updated.headers["etag"] != created.headers["etag"]
    stale = await served.request("PUT", path, json=draft("too late"), headers=if_match)
    assert stale.status_code == 412, stale.text
    listed = (await served.request("GET", "/admin/experiments", params={"state": "EXPERIMENT_STATE_DRAFT"})).json()
    assert [each["displayName"] for each in listed["experiments"]] == ["another name"]


async def test_caller_of_another_tenant_gets_404_and_cannot_name_the_tenant(served: Served) -> None:
    path = "/feedback/stats/o"
    await served.request("POST", "/feedback/explicit", json=vote("o"))
    assert (await served.request("GET", path)).status_code == 200
    assert (await served.request("GET", path, caller=GLOBEX)).status_code == 404
    rejected = await served.request("GET", path, caller=GLOBEX, params={"tenantId": "acme"})
    assert (rejected.status_code, rejected.json()["reason"]) == (403, "TENANT_MISMATCH")
    operator = await served.request("GET", path, caller=bearer("", "operator"), params={"tenantId": "acme"})
    assert operator.status_code == 200


async def test_signal_repeated_with_same_key_is_counted_once(served: Served) -> None:
    key = idempotency_key()
    answers = [await served.request("POST", "/feedback/implicit", json=signal("o"), headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    await served.request("POST", "/feedback/implicit", json=signal("o"))
    stats = (await served.request("GET", "/feedback/stats/o")).json()
    assert stats["counts"]["signals"] == "2"
    malformed_key = {"idempotency-key": "x"}
    rejected = await served.request("POST", "/feedback/implicit", json=signal("o"), headers=malformed_key)
    assert rejected.status_code == 400
    assert rejected.json()["errors"] == [{"field": "Idempotency-Key", "detail": "must be a UUID"}]


async def test_stats_with_current_etag_return_304_until_the_counts_change(served: Served) -> None:
    await served.request("POST", "/feedback/explicit", json=vote("o"))
    first = await served.request("GET", "/feedback/stats/o")
    if_none_match = {"if-none-match": first.headers["etag"]}
    second = await served.request("GET", "/feedback/stats/o", headers=if_none_match)
    assert (second.status_code, second.content, second.headers["etag"]) == (304, b"", first.headers["etag"])
    await served.request("POST", "/feedback/explicit", json=vote("o", "v"))
    assert (await served.request("GET", "/feedback/stats/o", headers=if_none_match)).status_code == 200


async def test_conversation_summary_pages_contain_each_output_once(served: Served) -> None:
    for number in range(3):
        await served.intake.call("RecordManifest", manifest(f"o{number}", seconds=number, conversation_id="c"))
    path, pages, page_token = "/service/feedback/conversation/c/summary", [], ""
    while True:
        params = {"pageSize": "2", "pageToken": page_token}
        answer = (await served.request("GET", path, params=params)).json()
        pages.append([each["outputId"] for each in answer["outputs"]])
        page_token = answer["nextPageToken"]
        if not page_token:
            break
    assert pages == [["o0", "o1"], ["o2"]]
    rejected = await served.request("GET", path, params={"pageToken": "!"})
    assert [each["field"] for each in rejected.json()["errors"]] == ["pageToken"]
