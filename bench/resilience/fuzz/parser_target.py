"""`python -m bench.resilience.fuzz.parser_target NAME FOLDER [FLAGS]`: runs atheris on one parser."""

from __future__ import annotations

import contextlib
import sys
import time
import uuid
from collections.abc import Callable

import atheris
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from radiant.ingest.v1 import ingest_service_pb2
from radiant.ingest.v1.feedback_pb2 import SIGNAL_TYPE_REGENERATE

with atheris.instrument_imports(include=["kit", "gateway", "ingest", "google.protobuf.json_format"]):
    from gateway.http.problems import Problem
    from gateway.otlp.codec import BodyFormat, parse_message
    from gateway.otlp.convert.spans import convert_spans
    from gateway.otlp.settings import ItemLimits
    from gateway.routes import ROUTES
    from gateway.routes.json.convert import request_message
    from ingest.api.convert.feedback import signal_write
    from ingest.api.convert.times import time_bounds
    from kit.audio import sniff
    from kit.auth.tokens import SharedKeyTokens
    from kit.errors import RadiantError
    from kit.rpc.pages import decode_page


def audio(content: bytes) -> None:
    """Fuzzes the detection of audio formats."""
    sniff(content)


def rest_body(content: bytes) -> None:
    """Fuzzes the conversion of REST bodies."""
    route = next(route for route in ROUTES if route.path == "/feedback/explicit")
    request_message(route, {}, [], {}, content)


def page_token(content: bytes) -> None:
    """Fuzzes page tokens."""
    decode_page(content.decode("latin-1"), ("listing", "acme"), (int, str))


TOKENS = SharedKeyTokens("a-signing-key-for-fuzzing-0123456789")


def token(content: bytes) -> None:
    """Fuzzes the authorization header."""
    TOKENS.authenticate(content.decode("latin-1"))


def signal_value(content: bytes) -> None:
    """Fuzzes values of signals."""
    message = ingest_service_pb2.SubmitImplicitSignalRequest(request_id=str(uuid.UUID(int=1)))
    message.signal.output_id, message.signal.user_id, message.signal.signal_type = "o", "u", SIGNAL_TYPE_REGENERATE
    try:
        json_format.Parse(content.decode("latin-1"), message.signal.signal_value)
    except (json_format.ParseError, RecursionError):
        return
    signal_write(message, "acme", time_bounds(time.time_ns() // 1000))


def otlp(content: bytes) -> None:
    """Fuzzes OpenTelemetry traces in JSON and protobuf, and their conversion."""
    body_format = BodyFormat.JSON if content.startswith(b"{") else BodyFormat.PROTOBUF
    convert_spans(parse_message(ExportTraceServiceRequest, content, body_format), ItemLimits())


PARSERS: dict[str, Callable[[bytes], None]] = {
    "audio": audio,
    "otlp": otlp,
    "rest_body": rest_body,
    "page_token": page_token,
    "token": token,
    "signal_value": signal_value,
}


def main() -> None:
    """Runs the parser. Errors of the suite's own classes are expected."""
    parse = PARSERS[sys.argv.pop(1)]

    def feed(content: bytes) -> None:
        with contextlib.suppress(RadiantError, Problem):
            parse(content)

    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
