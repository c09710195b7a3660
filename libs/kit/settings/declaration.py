"""Declarations of settings: one variable per field, with its range, unit and rule."""

from __future__ import annotations

import dataclasses
import enum
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["PREFIX", "Defaults", "Report", "Setting", "SettingField", "SettingsError"]

PREFIX = "RADIANT_"
"""Prefix of every environment variable of the suite."""

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
SECONDS_BY_UNIT = {"seconds": 1, "hours": 3_600, "days": 86_400}


class SettingsError(Exception):
    """One or more settings are missing or wrong. The message names each variable and never contains a value."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Marks a field as a setting: `queue_items_max: Annotated[int, Setting("INGEST_QUEUE_ITEMS_MAX", 1, 10)] = 5`.

    The default is the default of the field; the description is the docstring below the field.
    """

    name: str
    """Name of the variable without the prefix. Its lower-case form is the key in the settings file."""
    minimum: float | None = None
    """Smallest valid number, in the unit of the variable."""
    maximum: float | None = None
    unit: str = ""
    """Unit, for example bytes, items or seconds. A timedelta is read in seconds unless the unit is hours or days."""
    choices: Sequence[str] = ()
    """Valid texts; an Enum or a Literal defines its own."""
    is_secret: bool = False
    """Whether the value must not be shown. The field is then declared with repr=False."""
    fallback: str = ""
    """Variable whose value is used while this one is not set."""
    default_text: str = ""
    """Text of the default in the documentation; empty shows the value of the field."""
    parse: Callable[[str], Any] | None = None
    """Converts the text of a variable with a special format; raises ValueError with the rule."""

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name

    @property
    def key(self) -> str:
        """Key in the settings file."""
        return self.name.lower()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Returns the schema of the field: texts are converted before the type is checked."""
        from pydantic_core import core_schema

        def convert(value: Any) -> Any:
            return self.converted(value, source) if isinstance(value, str) else value

        return core_schema.no_info_before_validator_function(convert, handler(source))

    def converted(self, text: str, kind: Any) -> Any:
        """Returns the text as a value of the kind; raises ValueError with the rule when it is not one."""
        if self.parse is not None:
            return self.parse(text)
        plain = plain_kind(kind)
        if plain is bool:
            return self._flag(text)
        if plain in (int, float, timedelta):
            return self._number(text, plain)
        if typing.get_origin(plain) is tuple:
            return tuple(text.replace(",", " ").split())
        if (choices := choices_of(self, kind)) and text not in choices:
            raise ValueError(self.rule(kind))
        return text

    def _flag(self, text: str) -> bool:
        if text.lower() not in (*_YES, *_NO):
            raise ValueError(self.rule(bool))
        return text.lower() in _YES

    def _number(self, text: str, kind: Any) -> float | timedelta:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        low, high = self._range()
        is_whole = kind is int or self.unit == "days"
        if not math.isfinite(value) or not low <= value <= high or (is_whole and value != int(value)):
            raise ValueError(self.rule(kind))
        if kind is timedelta:
            return timedelta(seconds=value * SECONDS_BY_UNIT[self.unit or "seconds"])
        return int(value) if kind is int else value

    def _range(self) -> tuple[float, float]:
        low = -math.inf if self.minimum is None else self.minimum
        return low, math.inf if self.maximum is None else self.maximum

    def rule(self, kind: Any) -> str:
        """Returns the rule for valid values, to follow the name of the variable: "must be true or false"."""
        plain = plain_kind(kind)
        if plain is bool:
            return "must be true or false"
        if choices := choices_of(self, kind):
            return f"must be one of {', '.join(choices)}"
        if plain not in (int, float, timedelta):
            return "is not valid"
        text = "must be a whole number" if plain is int or self.unit == "days" else "must be a number"
        if unit := unit_of(self, kind):
            text += f" of {unit}"
        if span := range_of(self):
            text += f" {span}"
        return text

    def placeholder(self, kind: Any) -> Any:
        """Returns a value for a required field that is not set, so that the other fields can still be checked."""
        plain = plain_kind(kind)
        if plain is timedelta:
            return timedelta(seconds=self.minimum or 0)
        return (self.minimum or 0) if plain in (int, float) else ""


class Defaults:
    """Changes defaults of a group where a service uses it: `Annotated[RpcServerSettings, Defaults(port=7151)]`."""

    def __init__(self, **values: Any) -> None:
        """Takes values by field name."""
        self.values = values


class Report:
    """Collects problems that concern several variables; the `check(report)` method of a group receives it."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """Takes the variables that are set, by name without the prefix."""
        self._given = given
        self.problems: list[tuple[str, str]] = []
        """Names without the prefix, and rules."""

    def is_set(self, name: str) -> bool:
        """Returns whether a variable has a value in the environment or in the settings file."""
        return bool(self._given.get(name))

    def require(self, name: str, is_valid: bool, rule: str) -> None:
        """Adds a problem unless `is_valid`. Its message is the name of the variable and the rule."""
        if not is_valid:
            self.problems.append((name, rule))


def error_of(problems: Sequence[tuple[str, str]]) -> SettingsError:
    """Returns the error that names each variable once, with the first rule that it breaks."""
    rules: dict[str, str] = {}
    for name, rule in problems:
        rules.setdefault(name, rule)
    listed = "; ".join(f"{PREFIX}{name} {rule}" for name, rule in rules.items())
    return SettingsError(f"Settings are missing or wrong: {listed}.")


def choices_of(setting: Setting, kind: Any) -> Sequence[str]:
    """Returns the valid texts of a setting; an empty sequence when any text is valid."""
    plain = plain_kind(kind)
    if typing.get_origin(plain) is typing.Literal:
        return [str(each) for each in typing.get_args(plain)]
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        return [str(each.value) for each in plain]
    return setting.choices


def range_of(setting: Setting) -> str:
    """Returns the range of a number as text; an empty text without one."""
    low, high = setting.minimum, setting.maximum
    if low is not None and high is not None:
        return f"from {_shown(low)} to {_shown(high)}"
    return f"of at least {_shown(low)}" if low is not None else f"of at most {_shown(high)}" if high is not None else ""


def unit_of(setting: Setting, kind: Any) -> str:
    """Returns the unit in which the variable is read."""
    return setting.unit or ("seconds" if plain_kind(kind) is timedelta else "")


def _shown(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


def plain_kind(kind: Any) -> Any:
    """Returns the type without Annotated and without `| None`."""
    if typing.get_origin(kind) is typing.Annotated:
        return plain_kind(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        rest = [each for each in typing.get_args(kind) if each is not type(None)]
        return plain_kind(rest[0]) if len(rest) == 1 else kind
    return kind


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field that is a setting, somewhere in a class of settings."""

    path: tuple[str, ...]
    owner: type
    """Class that declares the field."""
    kind: Any
    setting: Setting
    default: Any
    """dataclasses.MISSING when the setting is required."""


def fields_of(owner: type, path: tuple[str, ...] = (), defaults: Mapping[str, Any] | None = None) -> list[SettingField]:
    """Returns the settings of a dataclass and of the groups in it, in the order of declaration."""
    hints = typing.get_type_hints(owner, include_extras=True)
    found = []
    for each in dataclasses.fields(owner):
        default = each.default
        if default is dataclasses.MISSING and each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        default = (defaults or {}).get(each.name, default)
        found += fields_at(owner, (*path, each.name), hints[each.name], default)
    return found


def fields_at(owner: type, path: tuple[str, ...], hint: Any, default: Any) -> list[SettingField]:
    """Returns the settings of one field: itself, or those of the group in it."""
    marks = _marks(hint)
    kind = typing.get_args(hint)[0] if marks else hint
    for mark in marks:
        if isinstance(mark, Setting):
            return [SettingField(path, owner, kind, mark, default)]
    return fields_of(kind, path, _changed_defaults(hint)) if is_group(kind) else []


def is_group(kind: Any) -> bool:
    """Returns whether a type is a group of settings."""
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def default_values(hint: Any) -> dict[str, Any]:
    """Returns the defaults that Defaults marks set in a group and its nested groups, nested by field."""
    values = _changed_defaults(hint)
    kind = typing.get_args(hint)[0] if _marks(hint) else hint
    for name, inner in typing.get_type_hints(kind, include_extras=True).items():
        if is_group(typing.get_args(inner)[0] if _marks(inner) else inner) and (below := default_values(inner)):
            values.setdefault(name, below)
    return values


def _marks(hint: Any) -> tuple[Any, ...]:
    return hint.__metadata__ if typing.get_origin(hint) is typing.Annotated else ()


def _changed_defaults(hint: Any) -> dict[str, Any]:
    return {name: value for mark in _marks(hint) if isinstance(mark, Defaults) for name, value in mark.values.items()}
