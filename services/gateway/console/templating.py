"""How things read on a page: the templates' environment and its words."""

from __future__ import annotations

import json
from datetime import UTC
from importlib.resources import files
from typing import Any

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.timestamp_pb2 import Timestamp
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_SAFE_IN_SCRIPT = {ord(">"): "\\u003e", ord("<"): "\\u003c", ord("&"): "\\u0026"}


def environment() -> Environment:
    """Returns the templates; what they show is escaped, and a name that is missing is an error."""
    templates = Environment(
        loader=PackageLoader("gateway.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "when": when,
        "number": number,
        "percent": percent,
        "signed": signed,
        "json_block": json_block,
        "label": label,
        "milliseconds": milliseconds,
    }
    return templates


def when(moment: Timestamp | None) -> Markup:
    """Returns a time that the browser turns into the viewer's zone; a dash for none."""
    if moment is None or moment.ToNanoseconds() == 0:
        return Markup("–")
    exact = moment.ToDatetime(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(
        exact.isoformat(timespec="milliseconds"), exact.strftime("%Y-%m-%d %H:%M")
    )


def number(value: float, digits: int = 0) -> str:
    """Returns a number with thin spaces between thousands."""
    return f"{value:,.{digits}f}".replace(",", "\u202f")


def percent(value: float, digits: int = 1) -> str:
    """Returns a share of 1 as per cent."""
    return f"{100 * value:.{digits}f}\u202f%"


def signed(value: float, digits: int = 2) -> str:
    """Returns a number with its sign."""
    return f"{value:+.{digits}f}".replace("-", "\u2212")


def milliseconds(value: float) -> str:
    """Returns a duration in the unit that suits it."""
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if value >= size:
            return f"{value / size:.1f}\u202f{unit}"
    return f"{value:.0f}\u202fms"


def label(value: int, kind: EnumTypeWrapper) -> str:
    """Returns the word of an enum's value: SIGNAL_TYPE_COPY_RESPONSE is 'copy response'."""
    name: str = kind.Name(value)
    prefix = kind.Name(0).removesuffix("UNSPECIFIED")
    return "" if value == 0 else name.removeprefix(prefix).replace("_", " ").lower()


def json_block(value: Any) -> Markup:
    """Returns JSON that may stand in a script element of type application/json."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_SAFE_IN_SCRIPT))  # noqa: S704


def static_bytes(name: str) -> bytes:
    """Returns a file of the static folder; raises FileNotFoundError."""
    return files("gateway.console").joinpath("static", name).read_bytes()
