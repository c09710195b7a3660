"""The former way to read settings; it is replaced by declarations (kit.settings) service by service."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Reader:
    """Reads variables with one prefix and collects what is wrong with them.

    A setting without a default is required. Values are never repeated in messages: some are secrets.
    """

    def __init__(self, environ: Mapping[str, str], prefix: str) -> None:
        self._environ, self._prefix = environ, prefix
        self._problems: list[str] = []

    def _raw(self, name: str) -> tuple[str, str | None]:
        variable = self._prefix + name
        return variable, self._environ.get(variable, "").strip() or None

    def _wrong(self, variable: str, why: str) -> None:
        self._problems.append(f"{variable} {why}")

    def text(self, name: str, default: str | None = None) -> str:
        """Reads a text."""
        variable, raw = self._raw(name)
        if raw is None and default is None:
            self._wrong(variable, "is not set")
        return raw or default or ""

    def number(self, name: str, default: float | None, low: float, high: float) -> float:
        """Reads a finite number within [low, high]."""
        variable, raw = self._raw(name)
        if raw is None:
            if default is None:
                self._wrong(variable, "is not set")
            return low if default is None else default
        try:
            value = float(raw)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            self._wrong(variable, f"must be a number from {low:g} to {high:g}")
            return low
        return value

    def integer(self, name: str, default: int | None, low: int, high: int) -> int:
        """Reads a whole number within [low, high]."""
        value = self.number(name, default, low, high)
        if value != int(value):
            self._wrong(self._prefix + name, "must be a whole number")
        return int(value)

    def seconds(self, name: str, default: timedelta, low: timedelta, high: timedelta) -> timedelta:
        """Reads a duration in seconds."""
        value = self.number(name, default.total_seconds(), low.total_seconds(), high.total_seconds())
        return timedelta(seconds=value)

    def flag(self, name: str, default: bool) -> bool:
        """Reads a yes or no."""
        variable, raw = self._raw(name)
        if raw is None:
            return default
        if raw.lower() not in (*_YES, *_NO):
            self._wrong(variable, "must be true or false")
        return raw.lower() in _YES

    def choice(self, name: str, default: str, options: Sequence[str]) -> str:
        """Reads one of several words."""
        variable, raw = self._raw(name)
        if raw is not None and raw not in options:
            self._wrong(variable, f"must be one of {', '.join(options)}")
            return default
        return raw or default

    def check(self, name: str, good: bool, why: str) -> None:
        """Notes that a setting is wrong unless it is good; `why` goes on after its name."""
        if not good:
            self._wrong(self._prefix + name, why)

    def done(self) -> None:
        """Raises SettingsError naming all problems; does nothing when there are none."""
        if self._problems:
            from kit.settings import SettingsError

            raise SettingsError("Settings are missing or wrong: " + "; ".join(self._problems) + ".")
