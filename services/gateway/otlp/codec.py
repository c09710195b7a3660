"""Decompresses, parses and serializes OTLP messages in protobuf and JSON."""

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
_ID_FIELDS = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})
_GROUP_FIELDS = frozenset(
    {"resourceSpans", "scopeSpans", "spans", "links", "resourceLogs", "scopeLogs", "logRecords"}
) | {
    "resource_spans",
    "scope_spans",
    "resource_logs",
    "scope_logs",
    "log_records",
}
_GZIP_WBITS = 31


class BodyFormat(enum.Enum):
    """Serialization of a message; the value is its media type."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


class RequestTooLarge(Invalid):
    """The request exceeds a size limit."""

    reason = "REQUEST_TOO_LARGE"


class UnsupportedMediaType(Invalid):
    """The media type or the compression of the request is not supported."""

    reason = "UNSUPPORTED_MEDIA_TYPE"


def body_format(content_type: str) -> BodyFormat:
    """Returns the format of a Content-Type header; raises UnsupportedMediaType."""
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.replace('"', "").strip().lower()
    try:
        found = BodyFormat(media_type.strip().lower())
    except ValueError:
        found = None
    if found is None or charset not in ("", "charset=utf-8"):
        allowed = f"must be {BodyFormat.PROTOBUF.value} or {BodyFormat.JSON.value}"
        raise UnsupportedMediaType.field("content-type", allowed)
    return found


def decompress(body: bytes, content_encoding: str, bytes_max: int) -> bytes:
    """Returns the decompressed body.

    Raises RequestTooLarge once the output exceeds `bytes_max`, Invalid for corrupt input, and UnsupportedMediaType
    for another compression than gzip and deflate.
    """
    match content_encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip":
            return _inflate(body, _GZIP_WBITS, bytes_max)
        case "deflate":
            return _inflate(body, zlib.MAX_WBITS, bytes_max)
    raise UnsupportedMediaType.field("content-encoding", "must be gzip, deflate or identity")


def _inflate(body: bytes, wbits: int, bytes_max: int) -> bytes:
    output = bytearray()
    try:
        while body:  # gzip allows several members in a row
            member = zlib.decompressobj(wbits)
            output += member.decompress(body, bytes_max - len(output) + 1)
            if len(output) > bytes_max:
                raise RequestTooLarge.field("body", f"must have at most {bytes_max} bytes after decompression")
            if not member.eof:
                raise Invalid.field("body", "cannot be decompressed: the compressed data is truncated")
            body = member.unused_data
    except zlib.error:
        raise Invalid.field("body", "cannot be decompressed: the compressed data is corrupt") from None
    return bytes(output)


def parse_message(message_class: type[M], body: bytes, body_format: BodyFormat) -> M:
    """Returns the parsed message; raises Invalid for a malformed body."""
    if body_format is BodyFormat.PROTOBUF:
        try:
            return message_class.FromString(body)
        except DecodeError:
            raise Invalid.field("body", f"is not a valid {message_class.DESCRIPTOR.full_name}") from None
    message = message_class()
    try:
        document = json.loads(body)
        _convert_hex_ids(document)
        json_format.ParseDict(document, message, ignore_unknown_fields=True, max_recursion_depth=JSON_DEPTH_MAX)
    except RecursionError:
        raise Invalid.field("body", f"must have at most {JSON_DEPTH_MAX} levels of nested JSON") from None
    except (json_format.Error, ValueError, TypeError, AttributeError) as error:
        why = str(error).encode(errors="replace").decode()[:200]
        raise Invalid.field("body", f"is not valid OTLP JSON: {why}") from None
    return message


def serialize_message(message: Message, body_format: BodyFormat) -> bytes:
    """Returns the message in the given format."""
    if body_format is BodyFormat.PROTOBUF:
        return message.SerializeToString()
    return json_format.MessageToJson(message, indent=None).encode()


def _convert_hex_ids(document: object) -> None:
    """Converts the ids of spans and traces from hex (OTLP JSON) to base64 (proto3 JSON mapping), in place."""
    for each in _groups(document):
        for name in _ID_FIELDS & each.keys():
            text = each[name]
            if not isinstance(text, str):
                raise ValueError(f"{name} must be a hex string")
            try:
                each[name] = base64.b64encode(binascii.unhexlify(text)).decode()
            except ValueError:
                raise ValueError(f"{name} must be a hex string") from None


def _groups(document: object) -> Iterator[dict[str, object]]:
    """Yields each object down to spans, links and log records, without their attributes."""
    pending = [document]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            yield each
            pending += [each[name] for name in _GROUP_FIELDS & each.keys()]
        elif isinstance(each, list):
            pending += each
