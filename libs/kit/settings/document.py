"""Documentation of settings as Markdown tables, generated from their declarations."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from kit.settings.declaration import SECONDS_BY_UNIT, SettingField, choices_of, plain_kind, range_of, unit_of
from kit.settings.service import ServiceSettings, setting_fields

HEADER = "| Variable | Type | Default | Range | Description |\n|---|---|---|---|---|\n"
_TYPES = {bool: "true or false", int: "whole number", float: "number", timedelta: "number", str: "text", Path: "path"}


def document(settings: Mapping[str, type[ServiceSettings]]) -> str:
    """Returns the tables of several services by name.

    Variables that several services read alike come first; then those of each service.
    """
    rows = {service: rows_of(kind) for service, kind in settings.items()}
    seen: dict[str, list[str]] = {}
    for service, found in rows.items():
        for row in found:
            seen.setdefault(row, []).append(service)
    shared = [row for row, services in seen.items() if len(services) > 1]
    parts = [f"## Several services\n\n{HEADER}{''.join(shared)}"] if shared else []
    for service, found in rows.items():
        own = [row for row in found if row not in shared]
        parts.append(f"## {service}\n\n{HEADER}{''.join(own)}")
    return "\n".join(parts)


def table(settings: type[ServiceSettings]) -> str:
    """Returns the table of one class of settings."""
    return HEADER + "".join(rows_of(settings))


def keys(settings: Iterable[type[ServiceSettings]]) -> str:
    """Returns the content of kit/settings/keys.txt: every key of the settings file, sorted, one a line."""
    found = {each.setting.key for kind in settings for each in setting_fields(kind)}
    return "".join(f"{key}\n" for key in sorted(found))


def rows_of(settings: type[ServiceSettings]) -> list[str]:
    """Returns one row per variable, in the order of declaration; raises ValueError for one without description."""
    rows: dict[str, str] = {}
    for each in setting_fields(settings):
        cells = (
            f"`{each.setting.variable}`",
            _type(each),
            _default(each),
            range_of(each.setting),
            description_of(each),
        )
        rows.setdefault(each.setting.name, f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n")
    return list(rows.values())


def description_of(field: SettingField) -> str:
    """Returns the docstring below the field; raises ValueError when there is none."""
    text = _docstrings(field.owner).get(field.path[-1], "")
    if not text:
        raise ValueError(f"{field.owner.__qualname__}.{field.path[-1]} has no description")
    return text


def _type(field: SettingField) -> str:
    if choices := choices_of(field.setting, field.kind):
        return ", ".join(f"`{each}`" for each in choices)
    unit = unit_of(field.setting, field.kind)
    kind = "whole number" if unit == "days" else _TYPES.get(plain_kind(field.kind), "text")
    if plain_kind(field.kind) not in _TYPES:
        kind = "list, separated by commas" if field.setting.minimum is None else "number"
    text = f"{kind} of {unit}" if unit else kind
    return f"{text}, secret" if field.setting.is_secret else text


def _default(field: SettingField) -> str:
    if field.setting.default_text:
        return field.setting.default_text
    value = field.default
    if value is dataclasses.MISSING:
        return "required"
    if value in ("", None, ()):
        return "empty"
    return f"`{_text(value, field)}`"


def _text(value: Any, field: SettingField) -> str:
    if isinstance(value, timedelta):
        number = value.total_seconds() / SECONDS_BY_UNIT[unit_of(field.setting, field.kind)]
        return str(int(number)) if number == int(number) else str(number)
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)


@functools.cache
def _docstrings(owner: type) -> dict[str, str]:
    """Returns the texts below the fields of a class by field, in one line each."""
    found = {}
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class begins with it
    for field, after in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = " ".join(str(after.value.value).split())  # type: ignore[attr-defined]
    return found
