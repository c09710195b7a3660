"""OTLP over HTTP: POST /v1/traces and /v1/logs; answers have the content type of the request."""

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

from gateway.http.problems import HTTP_STATUS
from gateway.otlp.bodies import Form, TooLarge, Unsupported, form_of, unpacked, written
from gateway.otlp.intake import Intake, authorized
from gateway.otlp.receiver import REQUESTS
from kit.errors import DeadlineExceeded, Exhausted, RadiantError, Unavailable
from kit.rpc.status import internal, to_status

TRACES_PATH, LOGS_PATH = "/v1/traces", "/v1/logs"

Take = Callable[[bytes, Form, str], Awaitable[Message]]


def otlp_routes(intake: Intake, read_timeout: timedelta) -> list[Route]:
    """Returns the routes; a body must arrive within the timeout."""
    return [
        Route(TRACES_PATH, _exporting("traces", intake, intake.traces, read_timeout), methods=["POST"]),
        Route(LOGS_PATH, _exporting("logs", intake, intake.logs, read_timeout), methods=["POST"]),
    ]


def _exporting(
    signal: str, intake: Intake, take: Take, read_timeout: timedelta
) -> Callable[[Request], Awaitable[Response]]:
    async def export(request: Request) -> Response:
        form = Form.PROTOBUF
        try:
            form = form_of(request.headers.get("content-type", ""))
            authorization, most = (
                authorized(request.headers.get("authorization", "")),
                intake.settings.message_bytes_max,
            )
            body = await _body(request, most, read_timeout)
            with intake.turn():
                body = unpacked(body, request.headers.get("content-encoding", ""), most)
                answer = await take(body, form, authorization)
        except ClientDisconnect:
            return Response(status_code=499)
        except RadiantError as error:
            REQUESTS.labels(signal, "http", type(error).__name__).inc()
            return _refusal(error, form)
        except Exception as error:
            REQUESTS.labels(signal, "http", "Internal").inc()
            return _response(500, internal(error)[1], form)
        REQUESTS.labels(signal, "http", "OK").inc()
        return _response(200, answer, form)

    return export


async def _body(request: Request, most: int, read_timeout: timedelta) -> bytes:
    large = TooLarge.field("body", f"must have at most {most} bytes")
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise large
    parts = bytearray()
    try:
        async with asyncio.timeout(read_timeout.total_seconds()):
            async for part in request.stream():
                parts += part
                if len(parts) > most:
                    raise large
    except TimeoutError:
        raise DeadlineExceeded("The body did not arrive in time.", reason="BODY_TOO_SLOW") from None
    return bytes(parts)


def _refusal(error: RadiantError, form: Form) -> Response:
    code, status = to_status(error)
    number = {TooLarge: 413, Unsupported: 415, DeadlineExceeded: 408}.get(type(error), HTTP_STATUS[code])
    headers = {"www-authenticate": "Bearer"} if code is StatusCode.UNAUTHENTICATED else {}
    if isinstance(error, Exhausted | Unavailable):
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    return _response(number, status, form, headers)


def _response(number: int, message: Message, form: Form, headers: dict[str, str] | None = None) -> Response:
    content = written(_plain(message) if form is Form.JSON else message, form)
    return Response(content, number, headers, form.value)


def _plain(message: Message) -> Message:
    """Leaves out details of a status: in JSON they would need types that receivers may not know."""
    return Status(code=message.code, message=message.message) if isinstance(message, Status) else message
