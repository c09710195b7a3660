"""Keys of users: published vectors, one key for all spellings of an id, and keys of keys."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splits.user_keys import CHARACTERS_MAX, EXPANDED, INVISIBLE, limit_key, user_key

CASES = json.loads(files("splits").joinpath("cases.json").read_text())["user_keys"]
VISIBLE = st.text(st.characters(exclude_categories=("C", "Z", "M")), min_size=1, max_size=20).filter(user_key)
BLANK = st.text(st.sampled_from(" \x85\xa0\u1680\u2000\u2009\u2028\u2029\u202f\u205f\u3000"), max_size=4)
HIDDEN = st.text(
    st.sampled_from(
        "\xad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u202a\u202e\u2060\u2066\u2069\u2800\u3164\ufe0f\ufeff"
        "\U000e0020\U000e007f\U000e0100"
    ),
    max_size=3,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["user_id"])[:40])
def test_key_equals_published_vector(case: dict[str, str]) -> None:
    assert user_key(case["user_id"]) == case["user_key"]


@given(st.text(max_size=30))
def test_key_of_a_key_is_the_key(text: str) -> None:
    key = user_key(text)
    assert user_key(key) == key


@given(VISIBLE, BLANK, BLANK, HIDDEN, st.integers(0, 20), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_spellings_of_an_id_have_one_key(text: str, before: str, after: str, hidden: str, at: int, form: str) -> None:
    spelling = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    spelling = before + spelling[:at] + hidden + spelling[at:] + after
    assert user_key(spelling) == user_key(text)


def test_full_width_id_has_the_key_of_the_plain_id() -> None:
    plain = "".join(map(chr, range(0x21, 0x7F)))
    assert user_key("".join(chr(ord(each) + 0xFEE0) for each in plain)) == plain


def test_every_character_keeps_its_own_key_or_is_invisible() -> None:
    invisible = {code for first, last in INVISIBLE for code in range(first, last + 1)}
    lost = {
        code
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000 and len(user_key(f".{chr(code)}.")) < 3 and code not in invisible
    }
    assert lost == set()
    assert all(user_key(f".{chr(code)}.") == ".." for code in invisible)


def test_ids_that_differ_in_case_are_different_users_with_one_limit() -> None:
    assert user_key("QWxpY2U") != user_key("qwxpy2u")
    assert limit_key("QWxpY2U") == limit_key("qwxpy2u")
    assert limit_key("STRAßE") == limit_key("strasse")
    assert limit_key(user_key("E\u0301va")) == limit_key("éva")


@pytest.mark.parametrize("user", ["alice\n", "\talice", "a\x00b", "alice\x7f"])
def test_ascii_control_characters_are_kept_for_the_validation(user: str) -> None:
    assert user_key(f" {user}\u200b ") == user


def test_text_above_the_longest_id_is_returned_unchanged() -> None:
    longest = "\u200b" + "é" * (CHARACTERS_MAX - 1)
    assert user_key(longest) == longest[1:]
    assert user_key(longest + "é") == longest + "é"


def cpu_s(user: str) -> float:
    """Returns the CPU time of 1,000 keys, the least of five measurements."""
    user_key(user)
    measured = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(1000):
            user_key(user)
        measured.append(time.process_time() - begun)
    return min(measured)


@pytest.mark.parametrize("character", ["\ufdfa", "\ufdfb", "\u3316", "\u3300", "\U0001d160", "\u0f81"], ids=ascii)
def test_1000_ids_of_expanded_characters_cost_at_most_50_ms_and_stay_too_long(character: str) -> None:
    user = character * CHARACTERS_MAX
    assert len(user_key(user)) > CHARACTERS_MAX
    assert user_key(user_key(user)) == user_key(user)
    assert cpu_s(user) <= 0.05


@pytest.mark.parametrize(("character", "count"), [("\ufdfa", 11), ("\u3300", 50), ("\u0f81", 100)], ids=ascii)
def test_longest_id_of_expanded_characters_has_its_normal_form(character: str, count: int) -> None:
    spaces = " " * (CHARACTERS_MAX - count)
    assert user_key(spaces + character * count) == unicodedata.normalize("NFKC", character * count)


EXPANSIONS = [each for codes in EXPANDED for each in map(chr, codes) if len(unicodedata.normalize("NFKC", each)) > 1]
PARTS = st.sampled_from([*EXPANSIONS, *"a\u03c5\u1100\u1161\u11a8\u0301\u0308\u0323\u3099\u200b\u3000 "])


@given(st.lists(PARTS, min_size=12, max_size=CHARACTERS_MAX))
def test_key_within_the_longest_id_is_the_normal_form(parts: list[str]) -> None:
    user = "".join(parts)
    hidden = "".join(f"{chr(first)}-{chr(last)}" for first, last in INVISIBLE)
    visible = re.sub(f"[{hidden}]", "", unicodedata.normalize("NFKC", user))
    expected = unicodedata.normalize("NFKC", visible).strip(" \u1680")
    key = user_key(user)
    assert key == expected or min(len(key), len(expected)) > CHARACTERS_MAX


def test_characters_that_nfkc_replaces_by_several_are_in_the_expanded_ranges() -> None:
    several = {code for code in range(0x110000) if len(unicodedata.normalize("NFKC", chr(code))) > 1}
    assert several - {code for codes in EXPANDED for code in codes} == set()
