"""Tests of the route table: it contains every route, and its parameters match the fields of the requests."""

from collections.abc import Mapping

from experiments.api.servicer import ACCESS as EXPERIMENT_ACCESS
from gateway.openapi.document import document
from gateway.routes import PREFIX, ROUTES, Route
from gateway.routes.model import request_field
from ingest.api.audit_servicer import ACCESS as AUDIT_ACCESS
from ingest.api.ingest_servicer import ACCESS as INGEST_ACCESS
from neural.api import learning_servicer, recommend_servicer
from radiant.neural.v1.recommend_service_pb2 import RecommendationContext
from voice.api.servicer import ACCESS as VOICE_ACCESS

EXPECTED = {
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


def access_of(route: Route) -> Mapping[str, frozenset[str]]:
    """Returns the roles by method that the service of the route enforces."""
    return {
        "IngestService": INGEST_ACCESS,
        "AuditService": AUDIT_ACCESS,
        "RecommendService": recommend_servicer.ACCESS,
        "LearningService": learning_servicer.ACCESS,
        "ExperimentService": EXPERIMENT_ACCESS,
        "VoiceService": VOICE_ACCESS,
    }[route.grpc_service.name]


def test_openapi_document_contains_each_route_with_the_roles_of_its_service() -> None:
    paths = document()["paths"]
    assert {(method.upper(), path) for path in paths for method in paths[path]} == {
        (method, PREFIX + path) for method, path in EXPECTED
    }
    for route in ROUTES:
        assert frozenset(route.roles) == access_of(route)[route.rpc], route.rpc
