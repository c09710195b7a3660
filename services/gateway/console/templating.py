"""Jinja environment of the pages and its filters for times, numbers and enum values."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gateway.console.enums import enum_label

_JSON_ESCAPES = {ord(">"): "\\u003e", ord("<"): "\\u003c", ord("&"): "\\u0026"}


def environment() -> Environment:
    """Returns the environment. It escapes all values and raises an error for undefined names."""
    templates = Environment(
        loader=PackageLoader("gateway.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "time": time_element,
        "number": number,
        "percent": percent,
        "signed": signed,
        "interval": interval,
        "json_block": json_block,
        "label": enum_label,
        "duration": duration,
    }
    return templates


def time_element(moment: Timestamp | None) -> Markup:
    """Returns a time element in UTC, which console.js converts to the user's time zone; a dash for None or 0."""
    if moment is None or moment.ToNanoseconds() == 0:
        return Markup("–")
    exact = moment.ToDatetime(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        exact.isoformat(timespec="milliseconds"), exact.strftime("%Y-%m-%d %H:%M")
    )


def number(value: float | None, digits: int = 0) -> str:
    """Returns a number with thin spaces between groups of three digits; a dash for None.

    A number that `digits` of at least 3 decimals would show as 0 is shown with two significant digits.
    """
    if value is None:
        return "–"
    if _is_shown_as_zero(value, digits):
        return f"{value:.2g}"
    return f"{value:,.{digits}f}".replace(",", "\u202f")


def _is_shown_as_zero(value: float, digits: int) -> bool:
    return digits >= 3 and 0 < abs(value) < 0.5 * 10.0**-digits


def percent(value: float, digits: int = 1) -> str:
    """Returns a fraction of 1 as a percentage."""
    return f"{100 * value:.{digits}f}\u202f%"


def signed(value: float | None, digits: int = 2) -> str:
    """Returns a number with its sign, small ones as in `number`; a dash for None."""
    if value is None:
        return "–"
    if _is_shown_as_zero(value, digits):
        return f"{value:+.2g}".replace("-", "\u2212")
    return f"{value:+.{digits}f}".replace("-", "\u2212")


def interval(lower: float | None, upper: float | None, digits: int = 4) -> str:
    """Returns the bounds of an interval with their signs; a dash when a bound is unknown."""
    if lower is None or upper is None:
        return "–"
    return f"{signed(lower, digits)} to {signed(upper, digits)}"


def duration(milliseconds: float) -> str:
    """Returns a duration in its largest unit of days, hours, minutes, seconds and milliseconds."""
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if milliseconds >= size:
            return f"{milliseconds / size:.1f}\u202f{unit}"
    return f"{milliseconds:.0f}\u202fms"


def json_block(value: Any) -> Markup:
    """Returns JSON that is safe inside a script element of type application/json."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_JSON_ESCAPES))  # noqa: S704
