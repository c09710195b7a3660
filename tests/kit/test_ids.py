"""Identifiers: UUIDs of version 7 that sort by time."""

import time
import uuid

import pytest

from kit.ids import new_id


def test_id_has_version_and_variant_of_rfc_9562() -> None:
    for _ in range(200):
        parsed = uuid.UUID(new_id())
        assert parsed.version == 7
        assert parsed.variant == uuid.RFC_4122


def test_id_text_is_canonical() -> None:
    text = new_id()
    assert str(uuid.UUID(text)) == text


def test_id_starts_with_time_in_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    stamp = uuid.UUID(new_id()).int >> 80
    assert before <= stamp <= time.time_ns() // 1_000_000


def test_id_made_later_sorts_after_earlier_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for milliseconds in (0, 1, 15, 16, 1_700_000_000_000, 1_700_000_000_001, 2**48 - 1):
        monkeypatch.setattr(time, "time_ns", lambda at=milliseconds: at * 1_000_000)
        ids.append(new_id())
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_ids_of_the_same_millisecond_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    bits = 0
    for text in ids:
        bits |= uuid.UUID(text).int ^ uuid.UUID(new_id()).int
    assert bits.bit_count() == 74, "every bit but time, version and variant is random"
