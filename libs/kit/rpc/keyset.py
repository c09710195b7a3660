"""Keyset paging: a page begins after the sort key of the last row of the page before it.

A page token contains that key. It is opaque to callers and valid for one listing with one filter only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from kit.errors import Invalid
from kit.rpc.pages import SIZE_MAX, decode_page, encode_page, page_size

K = TypeVar("K", bound=tuple[Any, ...])
R = TypeVar("R")

LATEST_US = 2**53
"""A time in microseconds since 1970 that is later than all rows, in the year 2255."""
LAST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PagedRequest(Protocol):
    """A request message of a listing."""

    @property
    def page_size(self) -> int:
        """Requested number of rows; 0 for the default."""
        ...

    @property
    def page_token(self) -> str:
        """Token of the page; empty for the first."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """Encoding of one column of a sort key in a token."""

    stored: type
    """int or str."""
    encode: Callable[[Any], int | str]
    decode: Callable[[Any], Any]
    """Returns the value of the column; raises ValueError for a value that no row has."""


def integers(low: int = -(2**63), high: int = 2**63 - 1) -> Column:
    """Returns a column of whole numbers within a range, for example microseconds since 1970."""

    def decode(value: int) -> int:
        if not low <= value <= high:
            raise ValueError
        return value

    return Column(int, int, decode)


def microseconds_of(moment: datetime) -> int:
    """Returns a time with a time zone as microseconds since 1970, without rounding."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(value: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        raise ValueError from None


def _finite(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


MICROSECONDS = integers(0, LATEST_US)
"""Times as microseconds since 1970."""
MOMENT = Column(int, microseconds_of, _moment)
"""Times as datetime with a time zone."""
TEXT = Column(str, str, str)
UUID_TEXT = Column(str, str, lambda value: str(UUID(value)))
"""UUIDs as text."""
FLOAT = Column(str, repr, _finite)
"""Finite numbers, exactly."""


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of rows."""

    rows: Sequence[R]
    next_token: str
    """Token of the next page; empty after the last."""


@dataclass(frozen=True, slots=True)
class PageRequest(Generic[K]):
    """A requested page."""

    after: K
    """Sort key after which the page begins."""
    size: int
    """Rows of the page."""
    keyset: Keyset[K]
    listing: Sequence[str]

    @property
    def limit(self) -> int:
        """Rows to read: one more than the page has, to detect whether there is a next page."""
        return self.size + 1

    def page(self, rows: Sequence[R], key: Callable[[R], K]) -> Page[R]:
        """Returns the page of the rows that were read, of which there are up to `limit`."""
        if len(rows) <= self.size:
            return Page(rows, "")
        shown = rows[: self.size]
        return Page(shown, self.keyset.token(self.listing, key(shown[-1])))


class Keyset(Generic[K]):
    """Sort key of a listing: `Keyset((MICROSECONDS, UUID_TEXT), start=(LATEST_US, LAST_UUID))`."""

    def __init__(self, columns: Sequence[Column], start: K, size_max: int = SIZE_MAX) -> None:
        """Takes the columns of the key, the key before the first row, and the largest page."""
        self._columns, self._start, self._size_max = tuple(columns), start, size_max

    def request(self, request: PagedRequest, *listing: str, start: K | None = None) -> PageRequest[K]:
        """Returns the requested page.

        `listing` names the listing, its tenant and its filter: a token is valid for the same texts only. `start`
        replaces the key before the first row. Raises Invalid naming page_token or page_size.
        """
        size = page_size(request.page_size, self._size_max)
        stored = decode_page(request.page_token, listing, [column.stored for column in self._columns])
        first = self._start if start is None else start
        return PageRequest(first if stored is None else self._decoded(stored), size, self, listing)

    def token(self, listing: Sequence[str], key: K) -> str:
        """Returns the token of the page that begins after a key."""
        values = zip(self._columns, key, strict=True)
        return encode_page(listing, [column.encode(value) for column, value in values])

    def _decoded(self, stored: Sequence[int | str]) -> K:
        try:
            key: Any = tuple(column.decode(value) for column, value in zip(self._columns, stored, strict=True))
        except ValueError:
            raise Invalid.field("page_token", "is not a token of this listing") from None
        decoded: K = key
        return decoded
