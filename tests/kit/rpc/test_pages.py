"""Page tokens: round trip, tokens of other listings, malformed tokens."""

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.errors import Invalid
from kit.rpc.pages import _digest, decode_page, encode_page, page_size

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
FILTERS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4)
KEYS = st.lists(INT64 | TEXT, max_size=4)


@given(FILTERS, KEYS)
def test_page_token_returns_its_key(filter_: list[str], key: list[str | int]) -> None:
    assert decode_page(encode_page(filter_, key), filter_, [type(value) for value in key]) == tuple(key)


@given(FILTERS, FILTERS, KEYS)
@example(["a", "b"], ["ab"], [1])
@example(["a", ""], ["a"], [1])
@example(['a", "b'], ["a", "b"], [1])
def test_page_token_of_another_filter_is_refused(filter_: list[str], other: list[str], key: list[str | int]) -> None:
    if filter_ != other:
        assert refused(encode_page(filter_, key), other, [type(value) for value in key])


@given(st.text(min_size=1))
@example("[]")
@example("\ud800")
@example("====")
@example("W10")
@example("MQ")
def test_malformed_page_token_is_refused(token: str) -> None:
    assert refused(token, ["a"], [int])


@given(st.binary(min_size=1))
@example(b"[" * 100_000)
@example(b"9" * 5000)
@example(b'["a",1,2]')
@example(b'{"a":1,"b":2}')
@example(b"\xff\xfe")
@example(b"null")
def test_random_bytes_as_page_token_are_refused(raw: bytes) -> None:
    assert refused(base64.urlsafe_b64encode(raw).decode(), ["a"], [int])


@pytest.mark.parametrize(
    ("key", "types"),
    [
        ([], [int]),
        ([1, 2], [int]),
        (["1"], [int]),
        ([1], [str]),
        ([True], [int]),
        ([None], [str]),
        ([1.5], [int]),
        ([[1]], [int]),
        ([2**63], [int]),
        ([-(2**63) - 1], [int]),
        (["\x00"], [str]),
        (["\ud800"], [str]),
        ({"a": 1}, [str]),
        ("a", [str]),
        (1, [int]),
    ],
    ids=str,
)
def test_page_token_with_forged_key_is_refused(key: object, types: list[type]) -> None:
    text = json.dumps([_digest(["a"]), key])
    assert refused(base64.urlsafe_b64encode(text.encode()).decode(), ["a"], types)


def test_first_page_has_an_empty_token() -> None:
    assert decode_page("", ["a"], [int]) is None


@pytest.mark.parametrize(
    ("asked", "most", "size"), [(0, 1000, 50), (1, 1000, 1), (1000, 1000, 1000), (1001, 1000, 1000), (0, 20, 20)]
)
def test_page_size_above_the_maximum_is_reduced(asked: int, most: int, size: int) -> None:
    assert page_size(asked, most) == size


def test_negative_page_size_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        page_size(-1)
    assert caught.value.violations[0].field == "page_size"


def refused(token: str, filter_: list[str], types: list[type]) -> bool:
    """Returns True if the token is refused as an invalid field. Raises any other error."""
    try:
        decode_page(token, filter_, types)
    except Invalid as error:
        return [each.field for each in error.violations] == ["page_token"]
    return False
