"""Rejects requests whose length two servers could understand differently (request smuggling, RFC 9112, 6.3 and 11.2).

h11 accepts some of them, for example a request with Content-Length and Transfer-Encoding.
"""

from __future__ import annotations

import re

import h11

_HEAD_END = re.compile(rb"\n\r?\n")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_FOLDED_LINE = re.compile(rb"\n[ \t]")
_CONTENT_LENGTH = re.compile(rb"^content-length[ \t]*:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class StrictConnection(h11.Connection):
    """State of a server's connection that rejects ambiguous requests."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Returns the next event; raises RemoteProtocolError for an ambiguous or malformed request."""
        if self.their_state is h11.IDLE:
            _check_head(self.trailing_data[0])
        event = super().next_event()
        if isinstance(event, h11.Request):
            _check_request(event)
        return event


def _check_head(data: bytes) -> None:
    """Checks the lines of a complete head, which h11 normalizes."""
    end = _HEAD_END.search(data)
    if end is None:
        return
    head = data[: end.end()]
    _require(not _BARE_LINE_FEED.search(head), "a line of the head does not end with CRLF")
    _require(not _FOLDED_LINE.search(head), "a header has several lines")
    lengths = _CONTENT_LENGTH.findall(head)
    _require(len(lengths) <= 1 and not any(b"," in each for each in lengths), "there are several Content-Length values")


def _check_request(request: h11.Request) -> None:
    names = {name for name, _ in request.headers}
    if b"transfer-encoding" not in names:
        return
    _require(b"content-length" not in names, "there are Content-Length and Transfer-Encoding")
    _require(request.http_version >= b"1.1", "Transfer-Encoding requires HTTP/1.1")


def _require(is_valid: bool, why: str) -> None:
    if not is_valid:
        raise h11.RemoteProtocolError(why)
