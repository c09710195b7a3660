"""Tests of problem documents."""

import grpc

from gateway.http.problems import HTTP_STATUS, problem_from_error
from radiant_client.transport.errors import RadiantClientError


def test_http_status_is_defined_for_each_grpc_code() -> None:
    assert set(HTTP_STATUS) == set(grpc.StatusCode)


def test_internal_error_without_reason_hides_its_message() -> None:
    error = RadiantClientError("secret", code=grpc.StatusCode.INTERNAL, reason="", metadata={})
    assert "secret" not in str(problem_from_error(error).document("/"))


def test_internal_error_with_error_id_contains_the_id() -> None:
    error = RadiantClientError(
        "An internal error occurred.", code=grpc.StatusCode.INTERNAL, reason="INTERNAL", metadata={"error_id": "e1"}
    )
    assert problem_from_error(error).document("/")["errorId"] == "e1"
