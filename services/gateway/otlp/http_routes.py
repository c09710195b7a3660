"""OTLP over HTTP: POST /v1/traces, /v1/logs and /v1/metrics. A response has the content type of its request."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import timedelta

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.callers.tenant_limits import Admission
from gateway.http.middleware import caller_of
from gateway.http.problems import HTTP_STATUS
from gateway.otlp.codec import (
    BodyFormat,
    DecompressedTooLarge,
    RequestTooLarge,
    UnsupportedMediaType,
    body_format,
    serialize_message,
)
from gateway.otlp.intake import Export, ExportRequest, Intake, check_authorization
from gateway.otlp.metrics import REQUESTS
from kit.errors import DeadlineExceeded, Exhausted, RadiantError, Unavailable
from kit.rpc.status import internal, to_status

TRACES_PATH, LOGS_PATH, METRICS_PATH = "/v1/traces", "/v1/logs", "/v1/metrics"
OTLP_PATHS = ("/v1/",)
"""Path prefixes of the routes, for the rate limit."""
_STATUS_OF_ERROR = {RequestTooLarge: 413, DecompressedTooLarge: 413, UnsupportedMediaType: 415, DeadlineExceeded: 408}


def otlp_routes(intake: Intake, read_timeout: timedelta) -> list[Route]:
    """Returns the Starlette routes. `read_timeout` is the maximum time to receive a body."""
    exports = (
        (TRACES_PATH, "traces", intake.export_traces),
        (LOGS_PATH, "logs", intake.export_logs),
        (METRICS_PATH, "metrics", intake.export_metrics),
    )
    return [
        Route(path, _export_handler(signal, intake, export, read_timeout), methods=["POST"])
        for path, signal, export in exports
    ]


def _export_handler(
    signal: str, intake: Intake, export: Export, read_timeout: timedelta
) -> Callable[[Request], Awaitable[Response]]:
    bytes_max = intake.settings.message_bytes_max

    async def handle(request: Request) -> Response:
        response_format = BodyFormat.PROTOBUF
        try:
            response_format = body_format(request.headers.get("content-type", ""))
            authorization = request.headers.get("authorization", "")
            check_authorization(authorization)
            caller = caller_of(request)
            with intake.admit(caller) as admission:
                export_request = ExportRequest(
                    body=await _read_body(request, bytes_max, read_timeout, admission),
                    body_format=response_format,
                    content_encoding=request.headers.get("content-encoding", ""),
                    authorization=authorization,
                    caller=caller,
                )
                message = await export(export_request)
        except ClientDisconnect:
            return Response(status_code=499)
        except RadiantError as error:
            REQUESTS.labels(signal, "http", type(error).__name__).inc()
            return _error_response(error, response_format)
        except Exception as error:
            REQUESTS.labels(signal, "http", "Internal").inc()
            return _response(500, internal(error)[1], response_format)
        REQUESTS.labels(signal, "http", "OK").inc()
        return _response(200, message, response_format)

    return handle


async def _read_body(request: Request, bytes_max: int, read_timeout: timedelta, admission: Admission) -> bytes:
    too_large = RequestTooLarge.field("body", f"must have at most {bytes_max} bytes")
    content_length = request.headers.get("content-length", "")
    if content_length.isdecimal() and int(content_length) > bytes_max:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(read_timeout.total_seconds()):
            async for chunk in request.stream():
                body += chunk
                if len(body) > bytes_max:
                    raise too_large
                admission.add_bytes(len(chunk))
    except TimeoutError:
        message = f"The body did not arrive within the read timeout of {read_timeout.total_seconds():g} s."
        raise DeadlineExceeded(message, reason="BODY_TOO_SLOW") from None
    return bytes(body)


def _error_response(error: RadiantError, response_format: BodyFormat) -> Response:
    code, status = to_status(error)
    http_status = _STATUS_OF_ERROR.get(type(error), HTTP_STATUS[code])
    headers = {"www-authenticate": "Bearer"} if code is StatusCode.UNAUTHENTICATED else {}
    if isinstance(error, Exhausted | Unavailable):
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    return _response(http_status, status, response_format, headers)


def _response(
    http_status: int, message: Message, response_format: BodyFormat, headers: dict[str, str] | None = None
) -> Response:
    message = _without_details(message) if response_format is BodyFormat.JSON else message
    return Response(serialize_message(message, response_format), http_status, headers, response_format.value)


def _without_details(message: Message) -> Message:
    """Returns a Status without its details, which JSON clients cannot parse without their message types."""
    return Status(code=message.code, message=message.message) if isinstance(message, Status) else message
