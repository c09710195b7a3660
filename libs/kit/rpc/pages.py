"""Page tokens, which are valid for one filter and one tenant."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence

from kit.errors import Invalid

SIZE_DEFAULT, SIZE_MAX = 50, 1000


def page_size(requested: int, size_max: int = SIZE_MAX) -> int:
    """Returns the size of a page: 0 means 50, more than `size_max` means `size_max`; raises Invalid below 0."""
    if requested < 0:
        raise Invalid.field("page_size", "must not be negative")
    return min(requested or min(SIZE_DEFAULT, size_max), size_max)


def _digest(filter_: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(filter_)).encode()).hexdigest()[:16]


def _storable(value: str | int) -> bool:
    """Returns whether the value can be a key: a token may be forged."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def encode_page(filter_: Sequence[str], key: Sequence[str | int]) -> str:
    """Returns the token of the page after the row with that key."""
    text = json.dumps([_digest(filter_), list(key)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_page(token: str, filter_: Sequence[str], types: Sequence[type]) -> tuple[str | int, ...] | None:
    """Returns the key in the token, None for the first page; raises Invalid when it is not of this filter."""
    if not token:
        return None
    bad = Invalid.field("page_token", "is not a token of this listing")
    try:
        text = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        digest, key = json.loads(text)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise bad from None
    if digest != _digest(filter_) or not isinstance(key, list) or len(key) != len(types):
        raise bad
    if any(type(value) is not kind for value, kind in zip(key, types, strict=True)):
        raise bad
    if not all(map(_storable, key)):
        raise bad
    return tuple(key)
