"""Keyset paging: every row is on one page, and tokens of other listings are refused."""

from __future__ import annotations

import json
import math
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from kit.rpc.keyset import (
    FLOAT,
    LAST_UUID,
    LATEST_US,
    MICROSECONDS,
    MOMENT,
    TEXT,
    UUID_TEXT,
    Column,
    Keyset,
    integers,
    microseconds_of,
)
from kit.rpc.pages import _digest, encode_page

NEWEST_FIRST = Keyset((MICROSECONDS, UUID_TEXT), (LATEST_US, LAST_UUID), size_max=100)
UUIDS = [f"00000000-0000-7000-8000-{number:012d}" for number in range(10)]


@dataclass(frozen=True)
class Request:
    """A request of a list method."""

    page_size: int = 0
    page_token: str = ""


def forged(*key: object) -> Request:
    """Returns a request with a well-formed token of the given key."""
    text = json.dumps([_digest(["rows", "acme"]), list(key)])
    return Request(page_token=urlsafe_b64encode(text.encode()).decode())


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(UUIDS)), unique=True), st.integers(1, 4))
def test_pages_of_a_listing_hold_every_row_once_in_order(rows: list[tuple[int, str]], size: int) -> None:
    rows.sort(reverse=True)
    seen: list[tuple[int, str]] = []
    token, pages = "", 0
    while pages == 0 or token:
        asked = NEWEST_FIRST.request(Request(size, token), "rows", "acme")
        found = [row for row in rows if row < asked.after][: asked.limit]
        page = asked.page(found, lambda row: row)
        seen += page.rows
        token, pages = page.next_token, pages + 1
        assert len(page.rows) <= size
    assert seen == rows
    assert pages == max(1, math.ceil(len(rows) / size))


def test_token_equals_the_token_of_former_releases() -> None:
    asked = NEWEST_FIRST.request(Request(1), "rows", "acme")
    page = asked.page([(5, UUIDS[1]), (4, UUIDS[0])], lambda row: row)
    assert page.next_token == encode_page(("rows", "acme"), (5, UUIDS[1]))


@pytest.mark.parametrize(
    "request_",
    [
        Request(page_token="nonsense"),
        Request(page_token=encode_page(("rows", "globex"), (1, UUIDS[0]))),
        forged(1, "not-a-uuid"),
        forged(-1, UUIDS[0]),
        forged(LATEST_US + 1, UUIDS[0]),
        forged(1),
        forged(UUIDS[0], 1),
    ],
    ids=lambda each: type(each).__name__,
)
def test_token_that_is_not_of_the_listing_names_page_token(request_: Request) -> None:
    with pytest.raises(Invalid) as caught:
        NEWEST_FIRST.request(request_, "rows", "acme")
    assert [each.field for each in caught.value.violations] == ["page_token"]


@pytest.mark.parametrize(("asked", "size"), [(0, 50), (7, 7), (1000, 100)])
def test_page_size_is_bounded(asked: int, size: int) -> None:
    assert NEWEST_FIRST.request(Request(asked), "rows").size == size


def test_negative_page_size_names_page_size() -> None:
    with pytest.raises(Invalid) as caught:
        NEWEST_FIRST.request(Request(-1), "rows")
    assert [each.field for each in caught.value.violations] == ["page_size"]


def test_first_page_with_start_begins_there() -> None:
    start = (7, LAST_UUID)
    first = NEWEST_FIRST.request(Request(), "rows", start=start)
    assert first.after == start
    token = NEWEST_FIRST.token(("rows",), (3, UUIDS[0]))
    assert NEWEST_FIRST.request(Request(page_token=token), "rows", start=start).after == (3, UUIDS[0])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (integers(), -(2**63)),
        (MICROSECONDS, 0),
        (MOMENT, datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)),
        (FLOAT, 0.1 + 0.2),
        (TEXT, "ü"),
        (UUID_TEXT, UUIDS[3]),
    ],
    ids=lambda each: type(each).__name__,
)
def test_column_value_returns_from_a_token_unchanged(column: Column, value: object) -> None:
    keyset: Keyset[tuple[object]] = Keyset((column,), ("unused",))
    token = keyset.token(("rows",), (value,))
    assert keyset.request(Request(page_token=token), "rows").after == (value,)


@pytest.mark.parametrize("value", ["nan", "inf", "x"])
def test_float_column_with_non_finite_value_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        Keyset((FLOAT,), (0.0,)).request(forged(value), "rows", "acme")


def test_microseconds_of_time_are_exact() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)
    assert microseconds_of(moment) % 1000 == 1
