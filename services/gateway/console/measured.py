"""Texts of values that only some outputs state."""

from __future__ import annotations

NOT_MEASURED = "not measured"


def measured(value: float, count: int, digits: int = 4) -> float | str:
    """Returns a rounded mean or sum over `count` outputs; NOT_MEASURED without any, which is not 0."""
    return round(value, digits) if count else NOT_MEASURED
