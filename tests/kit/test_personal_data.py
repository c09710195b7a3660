"""Redaction of personal data in comments."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Precondition
from kit.personal_data import Redactor, open_redactor, pieces

PERSONAL = [
    ("Mail me at jan.jansen@example.com please", "jan.jansen@example.com", "[EMAIL]"),
    ("müller@büro.example wrote", "müller@büro.example", "[EMAIL]"),
    ("call +32 475 12 34 56 now", "475 12 34 56", "[PHONE]"),
    ("ruf an: 030 1234567", "1234567", "[PHONE]"),
    ("tél 06 12 34 56 78", "06 12 34 56 78", "[PHONE]"),
    ("Call me: (555) 123-4567", "123-4567", "[PHONE]"),
    ("or 415-555-2671 then", "555-2671", "[PHONE]"),
    ("+86 138 0013 8000 in China", "0013 8000", "[PHONE]"),
    ("My card is 4111 1111 1111 1111", "4111", "[CREDIT_CARD]"),
    ("5500-0000-0000-0004 was charged", "0000-0004", "[CREDIT_CARD]"),
    ("IBAN DE89 3704 0044 0532 0130 00 thanks", "0532", "[BANK_ACCOUNT]"),
    ("BE71096123456769 is mine", "123456769", "[BANK_ACCOUNT]"),
    ("with a slip: DE89 3702 0044 0532 0130 00", "0532", "[BANK_ACCOUNT]"),
    ("from 192.168.12.34 it fails", "192.168.12.34", "[IP_ADDRESS]"),
    ("and from 2001:db8::1 too", "2001:db8", "[IPV6_ADDRESS]"),
]
ORDINARY = [
    "Great answer, thank you!",
    "It was great! 10/10, version 2.0, 1234 items, answered at 14:30",
    "GPT-4 said 3.14159, I expected 2.71828",
    "Das war leider falsch :: bitte neu",
    "第三个答案是对的",
    "",
]


@pytest.fixture
async def redactor() -> AsyncIterator[Redactor]:
    """Provides the default redactor."""
    async with open_redactor("on") as opened:
        yield opened


@pytest.mark.parametrize(("text", "secret", "mark"), PERSONAL)
async def test_text_with_personal_data_is_redacted(redactor: Redactor, text: str, secret: str, mark: str) -> None:
    for padded in (text, "fine " * 300 + text, text + " and so on" * 300):
        redacted = await redactor.redact(padded)
        assert secret not in redacted
        assert mark in redacted
    assert await redactor.redact(text) == await redactor.redact(text)


@pytest.mark.parametrize("text", ORDINARY)
async def test_ordinary_comment_is_unchanged(redactor: Redactor, text: str) -> None:
    assert await redactor.redact(text) == text


@pytest.mark.parametrize("evil", ["1", "a@", "1 ", "+", "192.168.", "DE89", "1-", "::", "a.", " 1", "(555) "])
async def test_redaction_of_hostile_text_ends_within_3_seconds(redactor: Redactor, evil: str) -> None:
    begun = time.monotonic()
    await redactor.redact((evil * 4000)[:4000])
    assert time.monotonic() - begun < 3


@given(st.text(alphabet="ab 1@:\n", max_size=3000))
def test_pieces_of_text_join_to_the_text_and_are_bounded(text: str) -> None:
    found = list(pieces(text))
    assert "".join(found) == text
    longest = max((len(word) for word in text.split()), default=0)
    assert all(len(piece) <= 900 + longest + 3000 * (" " * 900 in text) for piece in found) or not text.strip()


async def test_redactor_off_keeps_text_and_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_redactor("off") as redactor:
        assert await redactor.redact("a@b.example") == "a@b.example"
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(Precondition, match="pip install presidio-analyzer"):
        async with open_redactor("presidio"):
            pass
