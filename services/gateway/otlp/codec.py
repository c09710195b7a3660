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

from gateway.http.json_size import has_more_values
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
_ZLIB_BYTE = 0x78
"""First byte of zlib data with the usual window; the first two bytes are a multiple of 31 (RFC 1950)."""
GZIP_MEMBERS_MAX = 1000
"""Members of a gzip body. Writers in blocks use one for 64 KiB; each member costs a fixed time."""
_SLICE_BYTES_MIN, _SLICE_BYTES_MAX = 1024, 256 * 1024


class BodyFormat(enum.Enum):
    """Serialization of a message; the value is its media type."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


class RequestTooLarge(Invalid):
    """The request exceeds a size limit."""

    reason = "REQUEST_TOO_LARGE"


class DecompressedTooLarge(RequestTooLarge):
    """The request exceeds the limit of its size after decompression."""


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

    Raises RequestTooLarge once the output exceeds `bytes_max` or a gzip body has more than GZIP_MEMBERS_MAX members,
    Invalid for corrupt input, and UnsupportedMediaType for another compression than gzip and deflate.
    """
    match content_encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip":
            return _inflate(body, _GZIP_WBITS, bytes_max, GZIP_MEMBERS_MAX)
        case "deflate":
            return _inflate(body, zlib.MAX_WBITS, bytes_max, 1)
    raise UnsupportedMediaType.field("content-encoding", "must be gzip, deflate or identity")


def encoding_of(message: bytes) -> str:
    """Returns the compression of a gRPC message: gzip, deflate or an empty text.

    The first bytes identify it. No OTLP request begins with them: its only field has the tag 0x0a.
    """
    if message[:2] == b"\x1f\x8b":
        return "gzip"
    is_zlib = len(message) > 1 and message[0] == _ZLIB_BYTE and (message[0] << 8 | message[1]) % 31 == 0
    return "deflate" if is_zlib else ""


def _inflate(body: bytes, wbits: int, bytes_max: int, members_max: int) -> bytes:
    """Returns the content of all members, in time proportional to the sizes of input and output."""
    view, position, output = memoryview(body), 0, bytearray()
    try:
        for _ in range(members_max):
            if position == len(view):
                break
            position = _inflate_member(view, position, zlib.decompressobj(wbits), output, bytes_max)
    except zlib.error:
        raise Invalid.field("body", "cannot be decompressed: the compressed data is corrupt") from None
    if position < len(view):
        why = f"must have at most {members_max} compressed members" if members_max > 1 else "has data after its end"
        raise RequestTooLarge.field("body", why) if members_max > 1 else Invalid.field("body", why)
    return bytes(output)


def _inflate_member(
    view: memoryview, position: int, member: zlib._Decompress, output: bytearray, bytes_max: int
) -> int:
    """Appends the content of the member that begins at a position to the output; returns the position of its end.

    The input is passed in slices of growing size, because zlib copies the part of a slice after the end of a member.
    """
    size = _SLICE_BYTES_MIN
    while not member.eof:
        if position == len(view):
            raise Invalid.field("body", "cannot be decompressed: the compressed data is truncated")
        part = view[position : position + size]
        output += member.decompress(part, bytes_max - len(output) + 1)
        if len(output) > bytes_max:
            raise DecompressedTooLarge.field("body", f"must have at most {bytes_max} bytes after decompression")
        position += len(part) - len(member.unused_data)
        size = min(size * 2, _SLICE_BYTES_MAX)
    return position


def parse_message(
    message_class: type[M], body: bytes, body_format: BodyFormat, json_values_max: int | None = None
) -> M:
    """Returns the parsed message; raises Invalid for a malformed body.

    Raises RequestTooLarge for JSON with more than `json_values_max` objects, lists and values; None sets no limit.
    """
    if body_format is BodyFormat.PROTOBUF:
        try:
            return message_class.FromString(body)
        except DecodeError:
            raise Invalid.field("body", f"is not a valid {message_class.DESCRIPTOR.full_name}") from None
    message = message_class()
    try:
        document = json.loads(body)
        if json_values_max is not None and has_more_values(document, json_values_max):
            raise RequestTooLarge.field("body", f"must contain at most {json_values_max} JSON values")
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
