"""Incremental parser of multipart/form-data, so that an upload is never held in memory as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.http.problems import Problem

PART_HEADERS_MAX, PART_HEADER_BYTES_MAX = 16, 4096
_CONTENT_DISPOSITION = b"content-disposition"


@dataclass(frozen=True, slots=True)
class PartChunk:
    """A chunk of a form part."""

    name: str
    """Name of the part."""
    data: bytes
    """Content of the chunk; may be empty."""
    is_first: bool
    """Whether it is the first chunk of the part."""


class FormParser:
    """Splits the chunks of a body into chunks of form parts."""

    def __init__(self, boundary: bytes) -> None:
        """Raises Problem for an invalid boundary."""
        self._chunks: list[PartChunk] = []
        self._name, self._header, self._value = "", b"", b""
        self._is_complete = False
        callbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(
                boundary,
                callbacks,  # type: ignore[arg-type]  # its type is narrower than the documented interface
                max_header_count=PART_HEADERS_MAX,
                max_header_size=PART_HEADER_BYTES_MAX,
            )
        except (FormParserError, ValueError):
            raise _malformed() from None

    def feed(self, data: bytes) -> list[PartChunk]:
        """Returns the chunks of parts within the next bytes of the body; raises Problem for a malformed body."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise _malformed() from None
        chunks, self._chunks = self._chunks, []
        return chunks

    def close(self) -> None:
        """Raises Problem if the final boundary is missing."""
        if not self._is_complete:
            raise _malformed()

    def _on_part_begin(self) -> None:
        self._name, self._header, self._value = "", b"", b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == _CONTENT_DISPOSITION:
            disposition, options = parse_options_header(self._value)
            if disposition == b"form-data":
                self._name = options.get(b"name", b"").decode(errors="replace")
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        self._chunks.append(PartChunk(self._name, b"", True))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._chunks.append(PartChunk(self._name, data[start:end], False))

    def _on_end(self) -> None:
        self._is_complete = True


def boundary_of(content_type: str) -> bytes:
    """Returns the boundary parameter of a Content-Type header; raises Problem if it is missing."""
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary:
        raise _malformed()
    return boundary


def _malformed() -> Problem:
    return Problem(400, "MALFORMED_MULTIPART", "The body is not valid multipart/form-data.")
