"""Advisory locks: every lock in the code is in the register, with one purpose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.postgres.locks import LOCKS, NAMED, NUMBERED
from tests.house.tree import ROOT, shown

CALL = re.compile(r"pg_(?:try_)?advisory_(?:xact_)?(?:un)?lock(?:_shared)?\s*\(")
TEXT = re.compile(r"hashtextextended\('([^']*)'(?:\|\|(.+))?,0(?:::bigint)?\)")
NUMBER = re.compile(r"(\d+),(.+)")


def arguments(sql: str) -> Iterator[str]:
    """Yields the arguments of the calls that take or release advisory locks."""
    for call in CALL.finditer(sql):
        depth, end = 1, call.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield sql[call.end() : end - 1]


def normal(expression: str) -> str:
    """Returns an expression without spaces and casts."""
    return re.sub(r"\s+|::text", "", expression)


def is_registered(argument: str) -> bool:
    """Returns whether the register has a lock with these arguments."""
    text = normal(argument)
    if found := TEXT.fullmatch(text):
        key = found[2] or ""
        return any(each.text == found[1] and key in ([normal(k) for k in each.keys] or [""]) for each in NAMED)
    if found := NUMBER.fullmatch(text):
        return any(each.number == int(found[1]) and found[2] in map(normal, each.keys) for each in NUMBERED)
    return False


def sources() -> list[Path]:
    """Returns the hand-written SQL and Python files of services and libraries."""
    found = (path for top in ("services", "libs") for ext in ("*.sql", "*.py") for path in (ROOT / top).rglob(ext))
    return sorted(path for path in found if path.name != "schema.sql" and path.name != "locks.py")


def unregistered(paths: list[Path]) -> list[str]:
    """Returns the locks of the files that the register does not have."""
    return [
        f"{shown(path)}: {argument}"
        for path in paths
        for argument in arguments(re.sub(r"--.*", "", path.read_text()))
        if not is_registered(argument)
    ]


def test_every_advisory_lock_is_registered() -> None:
    assert unregistered(sources()) == []


def test_registered_locks_are_distinct_and_used() -> None:
    for values in ([each.name for each in LOCKS], [each.number for each in NUMBERED], [each.text for each in NAMED]):
        assert [value for value, count in Counter(values).items() if count > 1] == []
    text = "\n".join(path.read_text() for path in sources())
    unused = [each.name for each in LOCKS if (str(each.number) if each.number else f"'{each.text}'") not in text]
    assert unused == []


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT pg_advisory_xact_lock(72002, 0)", True),
        ("PERFORM pg_advisory_xact_lock_shared (72010, hashtext($1))", True),
        ("SELECT pg_try_advisory_lock(hashtextextended('radiant.migrations', 0))", True),
        ("SELECT pg_try_advisory_lock(hashtextextended('radiant.migrations'::text, (0)::bigint))", False),
        ("SELECT pg_advisory_unlock(72099, 0)", False),
        ("SELECT pg_advisory_xact_lock(72009, hashtext($1 || '/' || $2))", False),
        ("SELECT pg_advisory_lock(42)", False),
        ("SELECT pg_advisory_lock(hashtextextended('other', 0))", False),
    ],
)
def test_register_tells_known_locks_from_others(sql: str, found: bool) -> None:
    assert [is_registered(each) for each in arguments(sql)] == [found]
