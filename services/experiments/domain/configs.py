"""Whether an experiment makes sense as written: its parts, and each variant's configuration by the type's schema.

    model_routing   model, or models to choose among; or strategy, epsilon
    orchestration   orchestration_id; parameters
    service         service; enabled, parameters
    prompt          either prompt_id or template; version, variables

The control's configuration may be empty: then it is whatever happens without the experiment. Unknown keys are
refused, so that a misspelt one does not quietly compare a thing with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.analysis.power import ALPHA_MIN
from kit.errors import FieldViolation
from splits.model import Experiment, ExperimentType

STRATEGIES = frozenset({"greedy", "thompson", "epsilon_greedy", "scope_fallback"})
NAME_MAX = 200
TEMPLATE_MAX = 65_536
MODELS_MAX = 50
WEIGHT_MAX = 1e6
"""And the least is one over it, so that sums of weights stay numbers."""

Check = Callable[[object], str]
"""Returns what is wrong with a value; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a configuration may hold."""

    keys: Mapping[str, Check]
    needed: frozenset[str]
    """At least one of these must be there."""
    exclusive: frozenset[str] = frozenset()
    """At most one of these may be."""


def _name(value: object) -> str:
    """Checks a name."""
    return "" if isinstance(value, str) and 0 < len(value) <= NAME_MAX else "must be a text of 1 to 200 characters"


def _names(value: object) -> str:
    """Checks a list of distinct names."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not 0 < len(value) <= MODELS_MAX:
        return "must be a list of 1 to 50 names"
    if any(_name(each) for each in value):
        return "must hold texts of 1 to 200 characters"
    return "" if len(set(value)) == len(value) else "must hold each name once"


def _template(value: object) -> str:
    """Checks a prompt's text."""
    good = isinstance(value, str) and 0 < len(value) <= TEMPLATE_MAX
    return "" if good else "must be a text of 1 to 65,536 characters"


def _strategy(value: object) -> str:
    """Checks how a model is chosen."""
    return "" if isinstance(value, str) and value in STRATEGIES else f"must be one of {', '.join(sorted(STRATEGIES))}"


def _share(value: object) -> str:
    """Checks a share."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return "" if good else "must be a number in [0, 1]"


def _flag(value: object) -> str:
    """Checks a yes or no."""
    return "" if isinstance(value, bool) else "must be true or false"


def _object(value: object) -> str:
    """Checks an object of whatever the service understands."""
    return "" if isinstance(value, Mapping) else "must be an object"


def _texts(value: object) -> str:
    """Checks an object of texts."""
    good = isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values())
    return "" if good else "must be an object of texts"


SCHEMAS: Mapping[ExperimentType, Schema] = {
    ExperimentType.MODEL_ROUTING: Schema(
        {"model": _name, "models": _names, "strategy": _strategy, "epsilon": _share},
        needed=frozenset({"model", "models", "strategy"}),
        exclusive=frozenset({"model", "models"}),
    ),
    ExperimentType.ORCHESTRATION: Schema(
        {"orchestration_id": _name, "parameters": _object}, needed=frozenset({"orchestration_id"})
    ),
    ExperimentType.SERVICE: Schema(
        {"service": _name, "enabled": _flag, "parameters": _object}, needed=frozenset({"service"})
    ),
    ExperimentType.PROMPT: Schema(
        {"prompt_id": _name, "template": _template, "version": _name, "variables": _texts},
        needed=frozenset({"prompt_id", "template"}),
        exclusive=frozenset({"prompt_id", "template"}),
    ),
}


def check_config(kind: ExperimentType, config: Mapping[str, object], path: str) -> list[FieldViolation]:
    """Checks one configuration; `path` is where it stands, such as variants[1].config."""
    schema = SCHEMAS[kind]
    wrong = [
        FieldViolation(f"{path}.{key}", why)
        for key, value in config.items()
        if (why := schema.keys[key](value) if key in schema.keys else f"is not known to {kind} experiments")
    ]
    if not schema.needed & config.keys():
        wanted = sorted(schema.needed)
        wrong.append(FieldViolation(f"{path}.{wanted[0]}", f"{kind} experiments need {' or '.join(wanted)}"))
    if len(both := sorted(schema.exclusive & config.keys())) > 1:
        wrong.append(FieldViolation(f"{path}.{both[1]}", f"excludes {both[0]}"))
    if "epsilon" in config and config.get("strategy") != "epsilon_greedy":
        wrong.append(FieldViolation(f"{path}.epsilon", "is for the strategy epsilon_greedy"))
    return wrong


def check_variants(experiment: Experiment) -> list[FieldViolation]:
    """Checks variants: at least two, distinct names, weights and configurations."""
    wrong, seen = [], set[str]()
    if len(experiment.variants) < 2:
        wrong.append(FieldViolation("variants", "must hold the control and at least one treatment"))
    for place, variant in enumerate(experiment.variants):
        path = f"variants[{place}]"
        if not variant.name or variant.name in seen:
            wrong.append(FieldViolation(f"{path}.name", "must be given and differ from the others"))
        seen.add(variant.name)
        if variant.weight is not None and not 1 / WEIGHT_MAX <= variant.weight <= WEIGHT_MAX:
            wrong.append(FieldViolation(f"{path}.weight", "must lie in [0.000001, 1000000]"))
        if place or variant.config:
            wrong += check_config(experiment.type, variant.config, f"{path}.config")
    return wrong


def check_experiment(experiment: Experiment) -> list[FieldViolation]:
    """Checks everything that needs no other experiment; empty when it may be stored."""
    wrong = check_variants(experiment)
    names = {variant.name for variant in experiment.variants}
    for user, variant in sorted(experiment.forced.items()):
        if variant not in names:
            wrong.append(FieldViolation(f"forced_variants[{user}]", "must name a variant"))
    start, end = experiment.layer_slots
    if not 0 <= start < end <= 1:
        wrong.append(FieldViolation("layer_end", "must lie above layer_start, both in [0, 1]"))
    elif not experiment.layer and (start, end) != (0, 1):
        wrong.append(FieldViolation("layer", "must be given with a share of it"))
    for path, share in (("traffic_percentage", experiment.traffic), ("holdout", experiment.holdout)):
        if not 0 <= share <= 1:
            wrong.append(FieldViolation(path, "must lie in [0, 1]"))
    if not ALPHA_MIN <= experiment.alpha <= 0.5:
        wrong.append(FieldViolation("alpha", f"must lie in [{ALPHA_MIN}, 0.5]"))
    known = set[str]()
    for place, metric in enumerate(experiment.metrics):
        if metric.name in known:
            wrong.append(FieldViolation(f"metrics[{place}].name", "must differ from the others"))
        if not 0 <= metric.margin <= 1:
            wrong.append(FieldViolation(f"metrics[{place}].margin", "must lie in [0, 1]"))
        known.add(metric.name)
    return wrong
