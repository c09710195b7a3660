"""Redaction of secrets and of values of rows in messages and logs: passwords, tokens, details of database errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "[redacted]"

_NAMES = (
    r"(?:password|passwd|pwd|secret|token(?!s)|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization)"
)
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
_PUBLIC_NAMES = frozenset({"page_token", "next_page_token"})

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # the details of errors of PostgreSQL contain values of rows, for example user ids
    (re.compile(r"(?m)^(\s*DETAIL): .*$"), rf"\1: {REPLACEMENT}"),
    # user:password@ in an address; the password may contain an unencoded @
    (re.compile(r"(?<=://)([^\s:/@\"'<>]*):[^\s\"'<>]*@"), rf"\1:{REPLACEMENT}@"),
    # a JWT or its beginning
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}"), REPLACEMENT),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?!\[)[A-Za-z0-9._~+/-]{8,}=*"), rf"\1 {REPLACEMENT}"),
    # name=value, name: value, "name": "value", ('name', 'value')
    (
        re.compile(
            rf"(?i)\b([a-z0-9_-]*{_NAMES}[a-z0-9_-]*)(['\"]?\s*[=:]\s*['\"]?|['\"],\s*['\"])"
            r"(?!\s|\[redacted\]|bearer\b|basic\b)([^\s\"',;&)}\]]+)"
        ),
        rf"\1\2{REPLACEMENT}",
    ),
)


def redacted(text: str) -> str:
    """Returns the text without secrets, which are detected by their format or by a name before them."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def without_secrets(value: Any, name: str = "") -> Any:
    """Returns the value of a log field, including nested values, without secrets.

    A value with a secret name is removed unless it is a number, a boolean or None.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if name and name.lower() not in _PUBLIC_NAMES and _SECRET_NAME.search(name):
        return REPLACEMENT
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
