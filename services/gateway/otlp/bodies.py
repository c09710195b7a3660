"""Bodies of requests: unpacked within a limit, parsed from protobuf or from JSON."""

from __future__ import annotations

import base64
import binascii
import enum
import json
import zlib
from collections.abc import Iterator
from typing import TypeVar

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from kit.errors import Invalid

M = TypeVar("M", bound=Message)

JSON_DEPTH_MAX = 100
_IDS = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})
_GROUPS = frozenset({"resourceSpans", "scopeSpans", "spans", "links", "resourceLogs", "scopeLogs", "logRecords"}) | {
    "resource_spans",
    "scope_spans",
    "resource_logs",
    "scope_logs",
    "log_records",
}
_GZIP_WBITS = 31


class Form(enum.Enum):
    """How a message is written."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


class TooLarge(Invalid):
    """The request is larger than it may be."""

    reason = "REQUEST_TOO_LARGE"


class Unsupported(Invalid):
    """The request is written in a way that is not understood."""

    reason = "UNSUPPORTED_MEDIA_TYPE"


def form_of(content_type: str) -> Form:
    """Returns the form that a content type names; raises Unsupported."""
    kind, _, more = content_type.partition(";")
    charset = more.replace('"', "").strip().lower()
    try:
        form = Form(kind.strip().lower())
    except ValueError:
        form = None
    if form is None or charset not in ("", "charset=utf-8"):
        raise Unsupported.field("content-type", f"must be {Form.PROTOBUF.value} or {Form.JSON.value}")
    return form


def unpacked(body: bytes, encoding: str, bytes_max: int) -> bytes:
    """Returns the body as it was before it was packed; raises TooLarge before more than the limit is unpacked."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip":
            return _inflated(body, _GZIP_WBITS, bytes_max)
        case "deflate":
            return _inflated(body, zlib.MAX_WBITS, bytes_max)
    raise Unsupported.field("content-encoding", "must be gzip, deflate or identity")


def _inflated(body: bytes, wbits: int, bytes_max: int) -> bytes:
    found = bytearray()
    try:
        while body:
            member = zlib.decompressobj(wbits)
            found += member.decompress(body, bytes_max - len(found) + 1)
            if len(found) > bytes_max:
                raise TooLarge.field("body", f"must have at most {bytes_max} bytes when it is unpacked")
            if not member.eof:
                raise Invalid.field("body", "cannot be unpacked: it ends early")
            body = member.unused_data
    except zlib.error:
        raise Invalid.field("body", "cannot be unpacked") from None
    return bytes(found)


def parsed(kind: type[M], body: bytes, form: Form) -> M:
    """Returns the message; raises Invalid."""
    if form is Form.PROTOBUF:
        try:
            return kind.FromString(body)
        except DecodeError:
            raise Invalid.field("body", f"is not a valid {kind.DESCRIPTOR.full_name}") from None
    message = kind()
    try:
        document = json.loads(body)
        _take_hex(document)
        json_format.ParseDict(document, message, ignore_unknown_fields=True, max_recursion_depth=JSON_DEPTH_MAX)
    except RecursionError:
        raise Invalid.field("body", "is nested too deep") from None
    except (json_format.Error, ValueError, TypeError, AttributeError) as problem:
        why = str(problem).encode(errors="replace").decode()[:200]
        raise Invalid.field("body", f"is not valid OTLP JSON: {why}") from None
    return message


def written(message: Message, form: Form) -> bytes:
    """Returns an answer in the form that was asked."""
    if form is Form.PROTOBUF:
        return message.SerializeToString()
    return json_format.MessageToJson(message, indent=None).encode()


def _take_hex(document: object) -> None:
    """Turns identifiers from hex, as OTLP writes them in JSON, to base64, as protobuf does."""
    for each in _groups(document):
        for name in _IDS & each.keys():
            text = each[name]
            if not isinstance(text, str):
                raise ValueError(f"{name} must be text in hex")
            try:
                each[name] = base64.b64encode(binascii.unhexlify(text)).decode()
            except ValueError:
                raise ValueError(f"{name} must be text in hex") from None


def _groups(document: object) -> Iterator[dict[str, object]]:
    """Yields every object down to spans, links and log records; attributes are left alone."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += [each[name] for name in _GROUPS & each.keys()]
        elif isinstance(each, list):
            waiting += each
