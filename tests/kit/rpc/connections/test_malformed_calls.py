"""Malformed messages of the services without a token: a clear error, and few lines in the log."""

import logging
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.kit.fixtures.scripted_servicer import Script, serving

MALFORMED = b"\x0a\xff"
CALLS = 100
LINES_MAX = 30
PATHS = (
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)


@pytest.mark.parametrize("path", PATHS)
async def test_malformed_message_without_token_is_invalid_and_logged_with_a_limit(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with serving(Script()) as served:
        start: Any = served.channel.stream_stream(path)
        for _ in range(CALLS):
            call = start(iter([MALFORMED]))
            assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert await call.details() == "request: is not a message of the expected type"
        answer = await health_pb2_grpc.HealthStub(served.channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert [each.getMessage() for each in caplog.records if each.exc_info] == []
    assert len(caplog.records) <= LINES_MAX
