"""Credits outputs to models: replaces the names in a manifest by the models that they stand for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ingest.domain.model import Manifest, ModelAlias
from splits.model_names import ModelNames


def credited(manifest: Manifest, names: ModelNames) -> Manifest:
    """Returns the manifest with the models that its names stand for, and the aliases that follow from it.

    An alias of the tenant for the requested name takes precedence over the name of the model that answered. The stated
    version of a model takes precedence over that of its name. Names of one model become one model, of which
    the first name is kept as the requested one.
    """
    sent: list[str] = list(_column(manifest, "models_used"))
    versions: dict[str, str] = {}
    requested: dict[str, str] = {}
    models: dict[str, str] = {}
    aliases: dict[str, ModelAlias] = {}
    for name, version in zip(sent, _column(manifest, "model_versions"), strict=True):
        asked = manifest.requested_models.get(name, "")
        alias_of_asked = names.alias(asked) if asked else None
        found = alias_of_asked or names.resolve(name, asked)
        models[name] = found.model
        versions.setdefault(found.model, version or found.version)
        requested.setdefault(found.model, asked or name)
        for alias, alias_version in ((name, found.version), (asked, "")):
            if alias and alias != found.model and alias_of_asked is None:
                aliases[alias] = ModelAlias(alias=alias, model=found.model, version=alias_version)
    steps = [{**step, "model": _model(step["model"], models, names)} for step in _column(manifest, "steps")]
    states: dict[str, Any] = {}
    for name, state in dict(_column(manifest, "thermal_states")).items():
        states.setdefault(_model(name, models, names), state)
    candidates = list(dict.fromkeys(_model(name, models, names) for name in _column(manifest, "decision_candidates")))
    changed = {"steps": steps, "decision_candidates": candidates}
    if (
        not aliases
        and list(versions) == sent
        and all(column == _column(manifest, name) for name, column in changed.items())
        and states.keys() == _column(manifest, "thermal_states").keys()
    ):
        return manifest
    row = {
        **manifest.row,
        **changed,
        "models_used": list(versions),
        "model_versions": list(versions.values()),
        "requested_models": [name if name != model else "" for model, name in requested.items()],
        "thermal_states": states,
    }
    return dataclasses.replace(manifest, row=row, model_aliases=tuple(aliases.values()))


def latest_aliases(manifests: Iterable[Manifest]) -> list[tuple[ModelAlias, int]]:
    """Returns each alias of the manifests with the time of its latest output in microseconds, by alias."""
    found: dict[str, tuple[int, ModelAlias]] = {}
    for manifest in manifests:
        for alias in manifest.model_aliases:
            known = found.get(alias.alias)
            if known is None or (manifest.created_us, alias.model) > (known[0], known[1].model):
                found[alias.alias] = manifest.created_us, alias
    return [(alias, used_us) for _, (used_us, alias) in sorted(found.items())]


def _model(name: str, models: dict[str, str], names: ModelNames) -> str:
    return models.get(name) or names.model(name)


def _column(manifest: Manifest, name: str) -> Any:
    return manifest.row[name]
