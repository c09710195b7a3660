"""Client of one tenant over HTTP: REST calls, uploads and OTLP requests through the gateway."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import httpx
from google.protobuf import json_format
from google.protobuf.message import Message

from bench.performance.stack import token
from bench.resilience.chaos.load.events import Event
from bench.resilience.chaos.record.ledger import Ledger
from radiant.ingest.v1 import ingest_service_pb2 as pb

REST = "/api/v2"
TRACES_PATH = "/v1/traces"
READ_DEADLINE_S = 2.0
RETRYABLE_STATUSES = frozenset({408, 429, 499, 503, 504})
"""Statuses after which a client repeats the request."""
CONNECTION_ERRORS = (httpx.TransportError, TimeoutError)

_JSON_ROUTES: dict[str, tuple[str, type[Message], type[Message], str]] = {
    "SubmitExplicitFeedback": (
        "/feedback/explicit",
        pb.SubmitExplicitFeedbackRequest,
        pb.SubmitExplicitFeedbackResponse,
        "feedback",
    ),
    "SubmitImplicitSignal": (
        "/feedback/implicit",
        pb.SubmitImplicitSignalRequest,
        pb.SubmitImplicitSignalResponse,
        "signal",
    ),
    "BatchSubmitImplicitSignals": (
        "/service/feedback/implicit/batch",
        pb.BatchSubmitImplicitSignalsRequest,
        pb.BatchSubmitImplicitSignalsResponse,
        "",
    ),
}
"""Path, request, response and the request's field in the body (empty for the whole request) by method."""


class HttpClient:
    """One HTTP client of one tenant. Use it as a context manager."""

    def __init__(self, tenant: str, port: int, ledger: Ledger) -> None:
        """`port` is the one of the gateway on this machine."""
        self.tenant, self.ledger = tenant, ledger
        headers = dict(token(tenant))
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._http.aclose()

    def can_send(self, event: Event) -> bool:
        """Returns whether the gateway has a route for the event."""
        return event.is_otlp or event.recording is not None or event.method in _JSON_ROUTES

    async def send_once(self, event: Event) -> bool:
        """Sends an event once. Returns True if it was acknowledged."""
        self.ledger.record_sent(event)
        if event.is_otlp:
            sent = {"content": event.body, "headers": {"content-type": "application/x-protobuf"}}
            response = await self._request("POST", TRACES_PATH, event.deadline_s, **sent)
            return self._acknowledged(event, response, None)
        if event.recording is not None:
            response = await self._upload(event, event.recording.audio)
            return self._acknowledged(event, response, pb.SubmitVoiceFeedbackResponse)
        path, request_type, response_type, field = _JSON_ROUTES[event.method]
        message = request_type.FromString(event.body)
        body = json_format.MessageToDict(getattr(message, field) if field else message)
        body.pop("requestId", None)
        headers = {"idempotency-key": event.request_id}
        response = await self._request("POST", REST + path, event.deadline_s, json=body, headers=headers)
        return self._acknowledged(event, response, response_type)

    async def is_serving(self) -> bool:
        """Reads the experiments through the gateway. Returns True if the request succeeded."""
        response = await self._request("GET", f"{REST}/admin/experiments", READ_DEADLINE_S)
        return response is not None and response.status_code == 200

    async def _upload(self, event: Event, audio: bytes) -> httpx.Response | None:
        header = pb.VoiceHeader.FromString(event.body)
        feedback = json_format.MessageToJson(header.feedback)
        parts = [("feedback", (None, feedback, "application/json")), ("audio", ("a.wav", audio, "audio/wav"))]
        headers = {"idempotency-key": event.request_id}
        return await self._request("POST", f"{REST}/feedback/voice", event.deadline_s, files=parts, headers=headers)

    async def _request(self, method: str, path: str, deadline_s: float, **sent: Any) -> httpx.Response | None:
        """Returns the response, or None if there was none in time. Records duration and status."""
        begun = self.ledger.clock_s()
        try:
            async with asyncio.timeout(deadline_s):
                response = await self._http.request(method, path, **sent)
        except CONNECTION_ERRORS as error:
            self.ledger.statuses[f"HTTP {type(error).__name__}"] += 1
            return None
        finally:
            self.ledger.record_duration(path, self.ledger.clock_s() - begun, deadline_s)
        self.ledger.statuses[f"HTTP {response.status_code}"] += 1
        if response.status_code != 200 and response.status_code not in RETRYABLE_STATUSES:
            self.ledger.internal_errors[f"{path}: {response.status_code} {_detail(response)}"] += 1
        return response

    def _acknowledged(self, event: Event, response: httpx.Response | None, response_type: type[Message] | None) -> bool:
        if response is None or response.status_code != 200:
            return False
        if response_type is None:
            if response.content:  # an OTLP response has content only if items were rejected
                self.ledger.internal_errors[f"{TRACES_PATH}: rejected {response.content[:200]!r}"] += 1
                return False
            self.ledger.record_answer(event, None, "OTLP")
            return True
        answer = json_format.ParseDict(response.json(), response_type()).SerializeToString()
        self.ledger.record_answer(event, answer, "HTTP")
        return True


def _detail(response: httpx.Response) -> str:
    """Returns reason and detail of a problem document, without the identifiers of the request."""
    try:
        document = response.json()
    except ValueError:
        return response.text[:200]
    return f"{document.get('reason')} {document.get('detail')}" if isinstance(document, dict) else str(document)[:200]
