"""Every route answers, and the table is whole."""

from gateway.http.decode import field_at
from gateway.openapi.document import document
from gateway.routes import PREFIX, ROUTES
from kit.rpc.access import access_rule
from radiant.neural.v1.recommend_service_pb2 import RecommendationContext
from tests.gateway.serving import Served, draft, signal, vote
from tests.ingest.serving import manifest
from tests.neural.fixtures.service import wait_until

WANTED = {
    ("POST", "/feedback/explicit"),
    ("POST", "/feedback/implicit"),
    ("GET", "/feedback/stats/{outputId}"),
    ("POST", "/feedback/voice"),
    ("GET", "/neural/recommendation"),
    ("POST", "/neural/recommendation"),
    ("GET", "/neural/scores"),
    ("POST", "/neural/learn"),
    ("GET", "/service/feedback/config"),
    ("POST", "/service/feedback/implicit/batch"),
    ("GET", "/service/feedback/conversation/{conversationId}/summary"),
    ("GET", "/admin/experiments"),
    ("POST", "/admin/experiments"),
    ("PUT", "/admin/experiments/{experimentId}"),
    ("GET", "/admin/trust-scores"),
    ("POST", "/admin/trust-scores/{userId}"),
    ("DELETE", "/admin/trust-scores/{userId}"),
    ("GET", "/admin/feedback/stats"),
    ("GET", "/admin/outputs"),
    ("GET", "/admin/outputs/{outputId}"),
    ("DELETE", "/admin/users/{userId}"),
    ("GET", "/admin/users/{userId}/export"),
    ("GET", "/admin/erasures"),
    ("GET", "/admin/audit"),
    ("POST", "/voice/transcribe"),
    ("POST", "/voice/translate"),
}


def test_the_table_holds_every_route_once() -> None:
    assert {(route.method, route.path) for route in ROUTES} == WANTED
    assert len(ROUTES) == len(WANTED)


def test_every_parameter_fills_a_field_and_every_field_of_a_request_is_reached() -> None:
    for route in ROUTES:
        filled = {path.split(".")[0] for path in (*route.in_path.values(), *route.in_query.values())}
        for path in (*route.in_path.values(), *route.in_query.values()):
            assert field_at(route, path).name == path.split(".")[-1]
        fields = {field.name for field in route.request.fields} - {"request_id", "etag"}
        if route.body != "*":
            assert fields == filled | ({route.body} if route.body else set()), route.path


def test_a_recommendation_is_asked_for_with_every_field_of_its_context() -> None:
    (route,) = [each for each in ROUTES if (each.method, each.path) == ("GET", "/neural/recommendation")]
    filled = {path.split(".")[1] for path in route.in_query.values() if path.startswith("context.")}
    assert filled == set(RecommendationContext.DESCRIPTOR.fields_by_name)


def test_document_names_every_route_and_the_roles_of_its_access_rule() -> None:
    paths = document()["paths"]
    assert {(method.upper(), path) for path in paths for method in paths[path]} == {
        (method, PREFIX + path) for method, path in WANTED
    }
    for route in ROUTES:
        operation = paths[PREFIX + route.path][route.method.lower()]
        assert operation["security"] == [{"bearer": list(access_rule(route.call).ordered_roles)}], route.rpc
    trust, vote = paths[PREFIX + "/admin/trust-scores"]["get"], paths[PREFIX + "/feedback/explicit"]["post"]
    assert trust["security"] == [{"bearer": ["admin", "operator"]}]
    assert vote["security"] == [{"bearer": ["service", "expert", "admin", "operator"]}]


async def test_feedback_goes_in_and_comes_out_as_counts(served: Served) -> None:
    await served.intake.call("RecordManifest", manifest("o/1", "m", conversation_id="c"))
    said = await served.ask("POST", "/feedback/explicit", json=vote("o/1", categories=["FEEDBACK_CATEGORY_SPEED"]))
    assert said.status_code == 200, said.text
    assert said.json()["outcome"] == "ITEM_OUTCOME_ACCEPTED"
    assert said.json()["manifestKnown"] is True
    assert (await served.ask("POST", "/feedback/implicit", json=signal("o/1"))).json()["sentiment"] == 0.7
    batch = {"signals": [signal("o/1", "v"), signal("o/1", "w")]}
    many = await served.ask("POST", "/service/feedback/implicit/batch", json=batch)
    assert [each["outcome"] for each in many.json()["results"]] == ["ITEM_OUTCOME_ACCEPTED"] * 2
    stats = (await served.ask("GET", "/feedback/stats/o%2F1")).json()
    assert (stats["outputId"], stats["counts"]["positive"], stats["counts"]["signals"]) == ("o/1", "1", "3")
    summary = (await served.ask("GET", "/service/feedback/conversation/c/summary")).json()
    assert [each["outputId"] for each in summary["outputs"]] == ["o/1"]
    config = await served.ask("GET", "/service/feedback/config", params={"userId": "u", "outputId": "o/1"})
    assert config.json()["currentRating"] == "RATING_POSITIVE"


async def test_feedback_is_learned_and_recommended_by(served: Served) -> None:
    await served.intake.call("RecordManifest", manifest("o", "m"))
    await served.ask("POST", "/feedback/explicit", json=vote("o"))
    learned = await served.ask("POST", "/neural/learn", json={"outputId": "o"})
    assert learned.json()["units"][0]["weightedScore"] == 1.0

    async def listed() -> bool:
        answer = await served.ask("GET", "/neural/scores", params={"scope": "SCOPE_TENANT"})
        return [each["model"] for each in answer.json()["scores"]] == ["m"]

    await wait_until(10, listed)
    asked = {"userId": "u", "taskType": "chat", "candidates": ["m", "n"], "strategy": "STRATEGY_GREEDY"}
    answer = await served.ask("GET", "/neural/recommendation", params=asked)
    assert answer.json()["recommendation"]["model"] == "m"
    assert "etag" not in answer.headers
    assert (await served.ask("GET", "/admin/trust-scores")).json() == {"scores": [], "nextPageToken": ""}


async def test_experiments_are_made_listed_and_changed_by_state(served: Served) -> None:
    made = await served.ask("POST", "/admin/experiments", json=draft())
    assert made.status_code == 201, made.text
    experiment = made.json()["experiment"]
    assert made.headers["etag"] == f'"{experiment["etag"]}"'
    path = f"/admin/experiments/{experiment['experimentId']}"
    seen = {"if-match": made.headers["etag"]}
    changed = await served.ask("PUT", path, json=draft("another name"), headers=seen)
    assert changed.json()["experiment"]["displayName"] == "another name"
    assert changed.headers["etag"] != made.headers["etag"]
    late = await served.ask("PUT", path, json=draft("too late"), headers=seen)
    assert late.status_code == 412, late.text
    listed = (await served.ask("GET", "/admin/experiments", params={"state": "EXPERIMENT_STATE_DRAFT"})).json()
    assert [each["displayName"] for each in listed["experiments"]] == ["another name"]
