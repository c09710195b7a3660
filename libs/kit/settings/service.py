"""Base class of a process's settings: environment variables, then one optional YAML file, then defaults.

Environment variables begin with RADIANT_. RADIANT_CONFIG contains the path of the file. The keys of the file are the
names of the variables without the prefix, in lower case (`ingest_committers: 4`). A variable that is set to an empty
text counts as not set.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.resources
import inspect
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kit.settings.declaration import (
    PREFIX,
    Report,
    Setting,
    SettingField,
    default_values,
    error_of,
    fields_at,
    is_group,
)

CONFIG = "CONFIG"
"""Name, without the prefix, of the variable with the path of the settings file."""

Problems = list[tuple[str, str]]
"""Names without the prefix, and the rules that they break."""

_input: ContextVar[Mapping[str, Any]] = ContextVar("settings_input", default={})  # noqa: B039 - it is never changed


class _Input(PydanticBaseSettingsSource):
    """Provides the values that `ServiceSettings.from_env` has read, nested by group, or the defaults of groups."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Returns the value of one field of the class."""
        return _input.get().get(field_name), field_name, True

    def __call__(self) -> dict[str, Any]:
        """Returns the values by field."""
        return _merged(nested_defaults(self.settings_cls), _input.get())


class ServiceSettings(BaseSettings):
    """Settings of one process. A field is a setting (`Annotated[int, Setting(...)]`) or a group: a frozen dataclass.

    Construct it with keyword arguments in tests: nothing is read then.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True, env_prefix=PREFIX
    )

    metrics_port: Annotated[int, Setting("METRICS_PORT", 0, 65_535)] = 0
    """Port of the Prometheus metrics on the loopback address; 0 serves none."""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Setting("LOG_LEVEL")] = "INFO"
    """Lowest level of the lines that are logged."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Returns the sources by priority."""
        return init_settings, _Input(settings_cls)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Returns the settings of an environment; raises SettingsError that names every bad variable at once."""
        declared = setting_fields(cls)
        given, problems = values_of(environ, declared)
        nested = _nested(given, declared)
        try:
            settings = cls._of(nested)
        except ValidationError as error:
            found, failed = _translated(error, declared, given)
            problems += found
            settings = cls._of(_repaired(nested, failed))
        report = Report(given)
        for each in (settings, *groups_of(settings)):
            if check := getattr(each, "check", None):
                check(report)
        if problems or report.problems:
            raise error_of([*problems, *report.problems]) from None
        return settings

    @classmethod
    def _of(cls, nested: Mapping[str, Any]) -> Self:
        token = _input.set(nested)
        try:
            return cls()
        finally:
            _input.reset(token)


@functools.cache
def setting_fields(settings: type[ServiceSettings]) -> tuple[SettingField, ...]:
    """Returns the settings of a class and of its groups, in the order of declaration."""
    found: list[SettingField] = []
    for name, field in settings.model_fields.items():
        default = field.get_default(call_default_factory=True, validated_data={})
        default = dataclasses.MISSING if default is PydanticUndefined else default
        found += fields_at(_declarer(settings, name), (name,), _hint(field), default)
    return tuple(found)


def nested_defaults(settings: type[BaseSettings]) -> dict[str, Any]:
    """Returns the defaults that a class and its groups set for groups; an empty group where a required one has none."""
    groups = {name: field for name, field in settings.model_fields.items() if is_group(field.annotation)}
    found = {name: default_values(_hint(field)) for name, field in groups.items()}
    return {name: values for name, values in found.items() if values or groups[name].is_required()}


def values_of(environ: Mapping[str, str], declared: tuple[SettingField, ...]) -> tuple[dict[str, str], Problems]:
    """Returns the values that are set, by name without the prefix, and the problems of the settings file."""
    path = environ.get(PREFIX + CONFIG, "").strip()
    given, problems = _file_values(Path(path), declared) if path else ({}, [])
    for variable, text in environ.items():
        if variable.startswith(PREFIX) and text.strip():
            given[variable.removeprefix(PREFIX)] = text.strip()
    return given, problems


def known_keys() -> frozenset[str]:
    """Returns the keys of all services, which share one settings file."""
    text = importlib.resources.files("kit.settings").joinpath("keys.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def _file_values(path: Path, declared: tuple[SettingField, ...]) -> tuple[dict[str, str], Problems]:
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, yaml.BaseLoader)
        content = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - creates strings, lists and maps
    except (OSError, UnicodeDecodeError):
        return {}, [(CONFIG, "must name a readable text file")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark is not None else ""
        return {}, [(CONFIG, f"must name a file of valid YAML{line}")]
    except (RecursionError, ValueError):
        return {}, [(CONFIG, "must name a file of `key: value` lines")]
    if content in ("", None):
        return {}, []
    if not isinstance(content, dict):
        return {}, [(CONFIG, "must name a file of `key: value` lines")]
    known = known_keys() | {each.setting.key for each in declared}
    given, problems = {}, [(CONFIG, f"names a file with two values of the key {key!r}") for key in _repeated_keys(root)]
    for key, value in content.items():
        if key not in known:
            problems.append((CONFIG, f"names a file with the unknown key {str(key)[:100]!r}"))
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            given[key.upper()] = ",".join(value)
        elif isinstance(value, str):
            given[key.upper()] = value.strip()
        else:
            problems.append((key.upper(), "must be a single value or a list of values"))
    return {name: text for name, text in given.items() if text}, problems


def _repeated_keys(root: Any) -> list[str]:
    """Returns the keys that a YAML map has more than once, of which the loader would keep the last value."""
    keys = [str(key.value)[:100] for key, _ in root.value]
    return sorted({key for key in keys if keys.count(key) > 1})


def _nested(given: Mapping[str, str], declared: tuple[SettingField, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in declared:
        text = given.get(each.setting.name) or given.get(each.setting.fallback)
        if text:
            _put(found, each.path, text)
    return found


def _put(nested: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        nested = nested.setdefault(name, {})
    nested[path[-1]] = value


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged


def _translated(
    error: ValidationError, declared: tuple[SettingField, ...], given: Mapping[str, str]
) -> tuple[Problems, list[SettingField]]:
    """Returns the problems by variable and the fields that failed; raises the error if it concerns no variable."""
    by_path = {each.path: each for each in declared}
    problems: Problems = []
    failed = []
    for each in error.errors(include_url=False, include_input=False):
        location = tuple(str(part) for part in each["loc"])
        field = next(
            (by_path[location[:end]] for end in range(len(location), 0, -1) if location[:end] in by_path), None
        )
        if field is None:
            raise error
        failed.append(field)
        raised = each.get("ctx", {}).get("error")
        rule = str(raised) if isinstance(raised, ValueError) else field.setting.rule(field.kind)
        name = field.setting.name
        if name not in given and field.setting.fallback in given:
            name = field.setting.fallback
        problems.append((name, "is not set" if each["type"] == "missing" else rule))
    return problems, failed


def _repaired(nested: Mapping[str, Any], failed: list[SettingField]) -> dict[str, Any]:
    """Returns values that are valid: a field that failed takes its default or a placeholder."""
    repaired = _merged({}, nested)
    for each in failed:
        required = each.default is dataclasses.MISSING
        _put(repaired, each.path, each.setting.placeholder(each.kind) if required else each.default)
    return repaired


def groups_of(owner: Any) -> Iterator[Any]:
    """Yields the groups of settings, those in groups included."""
    names = type(owner).model_fields if isinstance(owner, ServiceSettings) else owner.__dataclass_fields__
    for name in names:
        value = getattr(owner, name)
        if dataclasses.is_dataclass(value):
            yield value
            yield from groups_of(value)


def _declarer(settings: type, name: str) -> type:
    return next(each for each in settings.__mro__ if name in inspect.get_annotations(each))


def _hint(field: FieldInfo) -> Any:
    """Returns the annotation of a field as it was written."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
