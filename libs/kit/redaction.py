"""Secrets taken out of what is written for people: passwords of addresses, tokens, values of telling names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GONE = "[redacted]"

_NAMES = (
    r"(?:password|passwd|pwd|secret|token(?!s)|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization)"
)
_TELLING = re.compile(_NAMES, re.IGNORECASE)
_BENIGN = frozenset({"page_token", "next_page_token"})

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # user:password@ in an address; a password may hold an @ that somebody forgot to encode
    (re.compile(r"(?<=://)([^\s:/@\"'<>]*):[^\s\"'<>]*@"), rf"\1:{GONE}@"),
    # a token as JWT writes it, or the beginning of one
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}"), GONE),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?!\[)[A-Za-z0-9._~+/-]{8,}=*"), rf"\1 {GONE}"),
    # name=value, name: value, "name": "value", ('name', 'value')
    (
        re.compile(
            rf"(?i)\b([a-z0-9_-]*{_NAMES}[a-z0-9_-]*)(['\"]?\s*[=:]\s*['\"]?|['\"],\s*['\"])"
            r"(?!\s|\[redacted\]|bearer\b|basic\b)([^\s\"',;&)}\]]+)"
        ),
        rf"\1\2{GONE}",
    ),
)


def redacted(text: str) -> str:
    """Returns the text without the secrets that can be told by their shape or by a name before them."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def without_secrets(value: Any, name: str = "") -> Any:
    """Returns a value of a log's field, everything below included, without secrets.

    What has a telling name goes whole, unless it is a number, a flag or nothing.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if name and name.lower() not in _BENIGN and _TELLING.search(name):
        return GONE
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {
            redacted(key) if isinstance(key, str) else key: without_secrets(each, key if isinstance(key, str) else "")
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(each) for each in value]
    return redacted(value.decode(errors="replace") if isinstance(value, bytes) else str(value))
