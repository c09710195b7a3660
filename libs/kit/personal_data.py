"""Redaction of personal data before storage: mail and IP addresses, phone numbers, cards and accounts."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from kit.errors import Precondition

CHOICES = ("on", "off", "presidio")
"""Values of the setting RADIANT_REDACT_PII."""
PIECE_CHARACTERS = 400
"""Approximate number of characters per pass, since the time of the rules grows faster than the text."""

_SUSPECT = re.compile(r"[\d@]|::")
_WORD = re.compile(r"\s*\S+|\s+")
_ADDITIONAL_PATTERNS = (
    (re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{1,190}\.[^\W\d_]{2,24}"), "[EMAIL]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[BANK_ACCOUNT]"),
    (re.compile(r"(?<![\w+])\+\d(?:[ ().\-/]{0,2}\d){7,14}(?!\w)"), "[PHONE]"),
    (re.compile(r"(?<![\w.\-])(?:1[ .\-])?(?:\(\d{3}\) ?|\d{3}[ .\-])\d{3}[ .\-]\d{4}(?![\w.\-]\d)"), "[PHONE]"),
)
"""Additional patterns: unusual addresses, accounts with a wrong check digit, numbers of other countries."""


class Redactor(Protocol):
    """Removes personal data from texts. The result is deterministic."""

    async def redact(self, text: str) -> str:
        """Returns the text with placeholders such as [EMAIL] instead of personal data."""
        ...


class NoRedactor:
    """Keeps texts unchanged, for RADIANT_REDACT_PII=off."""

    async def redact(self, text: str) -> str:
        """Returns the text."""
        return text


class _ThreadRedactor:
    """Redacts in a thread, so that a long text does not block the event loop."""

    def __init__(self, redact: Callable[[str], str], pool: ThreadPoolExecutor) -> None:
        self._redact, self._pool = redact, pool

    async def redact(self, text: str) -> str:
        """Returns the text with placeholders. A text without a digit, `@` or `::` is returned unchanged."""
        if not _SUSPECT.search(text):
            return text
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._redact, text)


@contextlib.asynccontextmanager
async def open_redactor(choice: str) -> AsyncIterator[Redactor]:
    """Returns the redactor of a setting; raises Precondition (REDACTION_MISSING) if its packages are missing."""
    if choice == "off":
        yield NoRedactor()
        return
    with ThreadPoolExecutor(1, thread_name_prefix="redaction") as pool:
        if choice == "presidio":
            yield _ThreadRedactor(await asyncio.get_running_loop().run_in_executor(pool, _presidio), pool)
            return
        rules = pool.submit(_rules)  # the only thread of the pool loads them before the first call
        yield _ThreadRedactor(lambda text: rules.result()(text), pool)


def _rules() -> Callable[[str], str]:
    euredact = importlib.import_module("euredact")

    def redact(text: str) -> str:
        return "".join(_redact_additional(_rule(piece)) if _SUSPECT.search(piece) else piece for piece in pieces(text))

    def _rule(piece: str) -> str:
        redacted: str = euredact.redact(piece, mode="rules", cache=False).redacted_text
        return redacted

    redact("ann@example.com, +32 475 12 34 56, 4111 1111 1111 1111, 192.0.2.1, DE89 3704 0044 0532 0130 00")
    return redact


def _presidio() -> Callable[[str], str]:
    try:
        analyzer = importlib.import_module("presidio_analyzer").AnalyzerEngine()
        anonymizer = importlib.import_module("presidio_anonymizer").AnonymizerEngine()
    except ImportError as error:
        message = (
            "RADIANT_REDACT_PII=presidio needs packages that are not installed: "
            "pip install presidio-analyzer presidio-anonymizer, or set it to on."
        )
        raise Precondition(message, reason="REDACTION_MISSING") from error

    def redact(text: str) -> str:
        found = analyzer.analyze(text=text, language="en")
        redacted: str = anonymizer.anonymize(text=text, analyzer_results=found).text
        return _redact_additional(redacted)

    return redact


def _redact_additional(text: str) -> str:
    for pattern, mark in _ADDITIONAL_PATTERNS:
        text = pattern.sub(mark, text)
    return text


def pieces(text: str) -> Iterator[str]:
    """Splits a text into pieces of a few hundred characters, preferably between two words without digits.

    A number that is written in groups then stays in one piece. The concatenated pieces equal the text.
    """
    piece: list[str] = []
    size, was_clean = 0, False
    for match in _WORD.finditer(text):
        word = match[0]
        is_suspect = _SUSPECT.search(word) is not None
        if size >= 2 * PIECE_CHARACTERS or (size >= PIECE_CHARACTERS and was_clean and not is_suspect):
            yield "".join(piece)
            piece, size = [], 0
        piece.append(word)
        size, was_clean = size + len(word), not is_suspect
    yield "".join(piece)
