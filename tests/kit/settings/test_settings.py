"""Reader of settings: all problems are reported at once, without values."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kit.settings import Reader, SettingsError

SECOND = timedelta(seconds=1)


def test_reader_reads_variables_with_its_prefix() -> None:
    environ = {
        "X_NAME": " acme ",
        "NAME": "other",
        "X_COUNT": "7",
        "X_SHARE": "0.25",
        "X_WAIT": "1.5",
        "X_ON": "Yes",
        "X_LEVEL": "info",
    }
    reader = Reader(environ, "X_")
    assert reader.text("NAME") == "acme"
    assert reader.integer("COUNT", None, 0, 10) == 7
    assert reader.number("SHARE", None, 0, 1) == 0.25
    assert reader.seconds("WAIT", SECOND, SECOND, 9 * SECOND) == timedelta(milliseconds=1500)
    assert reader.flag("ON", False) is True
    assert reader.choice("LEVEL", "debug", ["debug", "info"]) == "info"
    reader.done()


def test_reader_returns_default_for_missing_or_empty_variable() -> None:
    reader = Reader({"X_NAME": "  ", "X_COUNT": ""}, "X_")
    assert reader.text("NAME", "acme") == "acme"
    assert reader.text("NOTE", "") == ""
    assert reader.integer("COUNT", 3, 0, 10) == 3
    assert reader.seconds("WAIT", 4 * SECOND, SECOND, 9 * SECOND) == 4 * SECOND
    assert reader.flag("ON", True) is True
    assert reader.choice("LEVEL", "debug", ["debug", "info"]) == "debug"
    reader.done()


def test_reader_names_all_problems_without_values() -> None:
    environ = {"X_COUNT": "hunter2", "X_SHARE": "9.75", "X_ON": "maybe", "X_LEVEL": "loud", "X_WAIT": "86400"}
    reader = Reader(environ, "X_")
    reader.text("NAME")
    reader.integer("COUNT", 1, 0, 10)
    reader.integer("SIZE", None, 0, 10)
    reader.number("SHARE", 0, 0, 1)
    reader.flag("ON", False)
    reader.choice("LEVEL", "debug", ["debug", "info"])
    reader.seconds("WAIT", SECOND, SECOND, 9 * SECOND)
    with pytest.raises(SettingsError) as caught:
        reader.done()
    message = str(caught.value)
    for name in ("X_NAME", "X_COUNT", "X_SIZE", "X_SHARE", "X_ON", "X_LEVEL", "X_WAIT"):
        assert message.count(name) == 1
    for value in ("hunter2", "9.75", "maybe", "loud", "86400"):
        assert value not in message


@pytest.mark.parametrize("raw", ["nan", "inf", "-inf", "1e400", "11", "-1", "two", "0x2"])
def test_reader_refuses_number_out_of_range(raw: str) -> None:
    assert _refused({"X_COUNT": raw}, lambda reader: reader.number("COUNT", 5, 0, 10))


@pytest.mark.parametrize("raw", ["2.5", "nan", "inf", "11"])
def test_reader_refuses_count_that_is_not_whole(raw: str) -> None:
    assert _refused({"X_COUNT": raw}, lambda reader: reader.integer("COUNT", 5, 0, 10))


@pytest.mark.parametrize("raw", ["0", "10"])
def test_reader_accepts_bounds_of_a_range(raw: str) -> None:
    assert not _refused({"X_COUNT": raw}, lambda reader: reader.integer("COUNT", 5, 0, 10))


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("No", False)])
def test_reader_accepts_common_words_for_flags(raw: str, value: bool) -> None:
    reader = Reader({"X_ON": raw}, "X_")
    assert reader.flag("ON", not value) is value
    reader.done()


def _refused(environ: dict[str, str], read: Callable[[Reader], Any]) -> bool:
    reader = Reader(environ, "X_")
    read(reader)
    try:
        reader.done()
    except SettingsError:
        return True
    return False
