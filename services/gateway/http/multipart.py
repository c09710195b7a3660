"""multipart/form-data taken apart as it arrives; no more of it is held than the piece at hand."""

from __future__ import annotations

from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.http.problems import Problem

HEADERS_MAX, HEADER_BYTES_MAX = 16, 4096
"""Of one part."""
_DISPOSITION = b"content-disposition"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of one part."""

    name: str
    """Of the part."""
    data: bytes
    """Next bytes of it; may be empty."""
    first: bool
    """Whether the part begins here."""


class Form:
    """Takes a body in and gives its pieces out."""

    def __init__(self, boundary: bytes) -> None:
        """Takes the boundary between parts; raises Problem for one that is no boundary."""
        self._pieces: list[Piece] = []
        self._name, self._field, self._value = "", b"", b""
        self._ended = False
        callbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(
                boundary,
                callbacks,  # type: ignore[arg-type]  # plain functions are what it calls
                max_header_count=HEADERS_MAX,
                max_header_size=HEADER_BYTES_MAX,
            )
        except (FormParserError, ValueError):
            raise _malformed() from None

    def feed(self, data: bytes) -> list[Piece]:
        """Returns the pieces that the next bytes hold; raises Problem when they are no form."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise _malformed() from None
        pieces, self._pieces = self._pieces, []
        return pieces

    def close(self) -> None:
        """Raises Problem unless the form has come to its end."""
        if not self._ended:
            raise _malformed()

    def _begin(self) -> None:
        self._name, self._field, self._value = "", b"", b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == _DISPOSITION:
            kind, options = parse_options_header(self._value)
            if kind == b"form-data":
                self._name = options.get(b"name", b"").decode(errors="replace")
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        self._pieces.append(Piece(self._name, b"", True))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(Piece(self._name, data[start:end], False))

    def _end(self) -> None:
        self._ended = True


def boundary_of(content_type: str) -> bytes:
    """Returns the boundary that the header names; raises Problem when it names none."""
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary:
        raise _malformed()
    return boundary


def _malformed() -> Problem:
    return Problem(400, "MALFORMED_MULTIPART", "The body is not valid multipart/form-data.")
