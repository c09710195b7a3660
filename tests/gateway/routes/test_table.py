"""Tests of the route table: it contains every route, and its parameters match the fields of the requests."""

from gateway.openapi.document import document
from gateway.routes import PREFIX, ROUTES
from gateway.routes.model import request_field
from kit.auth.access import access_rule
from radiant.neural.v1.recommend_service_pb2 import RecommendationContext

EXPECTED = {
    ("POST", "/feedback/explicit"),
    ("POST", "/feedback/implicit"),
    ("GET", "/feedback/stats/{outputId}"),
    ("POST", "/feedback/retract"),
    ("POST", "/feedback/voice"),
    ("GET", "/neural/recommendation"),
    ("POST", "/neural/recommendation"),
    ("GET", "/neural/scores"),
    ("POST", "/neural/learn"),
    ("POST", "/neural/decisions"),
    ("GET", "/service/feedback/config"),
    ("POST", "/service/feedback/implicit/batch"),
    ("POST", "/service/outputs/{outputId}/outcome"),
    ("GET", "/service/feedback/conversation/{conversationId}/summary"),
    ("GET", "/admin/evaluators"),
    ("PUT", "/admin/evaluators/{name}"),
    ("DELETE", "/admin/evaluators/{name}"),
    ("GET", "/admin/model-aliases"),
    ("PUT", "/admin/model-aliases"),
    ("DELETE", "/admin/model-aliases"),
    ("GET", "/admin/feedback/unmatched"),
    ("POST", "/admin/feedback/unmatched"),
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


def test_route_table_contains_each_expected_route_once() -> None:
    assert {(route.method, route.path) for route in ROUTES} == EXPECTED
    assert len(ROUTES) == len(EXPECTED)


def test_route_parameters_and_body_cover_exactly_the_request_fields() -> None:
    for route in ROUTES:
        covered = {path.split(".")[0] for path in (*route.path_params.values(), *route.query_params.values())}
        for path in (*route.path_params.values(), *route.query_params.values()):
            assert request_field(route, path).name == path.split(".")[-1]
        fields = {field.name for field in route.request_type.fields} - {"request_id", "etag"}
        if route.body != "*":
            assert fields == covered | ({route.body} if route.body else set()), route.path


def test_recommendation_query_covers_each_field_of_the_context() -> None:
    (route,) = [each for each in ROUTES if (each.method, each.path) == ("GET", "/neural/recommendation")]
    covered = {path.split(".")[1] for path in route.query_params.values() if path.startswith("context.")}
    assert covered == set(RecommendationContext.DESCRIPTOR.fields_by_name)


def test_openapi_document_contains_each_route_with_the_roles_of_its_access_rule() -> None:
    paths = document()["paths"]
    assert {(method.upper(), path) for path in paths for method in paths[path]} == {
        (method, PREFIX + path) for method, path in EXPECTED
    }
    for route in ROUTES:
        operation = paths[PREFIX + route.path][route.method.lower()]
        assert operation["security"] == [{"bearer": list(access_rule(route.rpc_descriptor).ordered_roles)}], route.rpc
    trust, vote = paths[PREFIX + "/admin/trust-scores"]["get"], paths[PREFIX + "/feedback/explicit"]["post"]
    assert trust["security"] == [{"bearer": ["admin", "operator"]}]
    assert vote["security"] == [{"bearer": ["service", "expert", "admin", "operator"]}]
