"""Validation of experiments: their fields, and the configuration of each variant by the schema of the type.

    model_routing   model or models; or strategy, epsilon
    orchestration   orchestration_id; parameters
    service         service; enabled, parameters
    prompt          either prompt_id or template; version, variables

The configuration of the control may be empty: the control is then the behaviour without the experiment. Unknown keys
are refused, because a misspelt key would compare two equal variants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.domain.sample_size import ALPHA_MIN
from kit.errors import FieldViolation
from splits.model import EVERY_TENANT, Experiment, ExperimentType

STRATEGIES = frozenset({"greedy", "thompson", "epsilon_greedy", "scope_fallback"})
NAME_CHARACTERS_MAX = 200
TEMPLATE_CHARACTERS_MAX = 65_536
MODELS_MAX = 50
WEIGHT_MAX = 1e6
"""Largest weight; the smallest is its reciprocal, so that sums of weights stay finite and above 0."""

_NAME_RULE = f"must be a text of 1 to {NAME_CHARACTERS_MAX} characters"

Check = Callable[[object], str]
"""Returns the rule that a value breaks; empty for a valid value."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Schema of the configurations of one type of experiment."""

    keys: Mapping[str, Check]
    required: frozenset[str]
    """Keys of which at least one is required."""
    exclusive: frozenset[str] = frozenset()
    """Keys of which at most one is allowed."""


def _name(value: object) -> str:
    """Checks a non-empty text."""
    return "" if isinstance(value, str) and 0 < len(value) <= NAME_CHARACTERS_MAX else _NAME_RULE


def _names(value: object) -> str:
    """Checks a list of distinct names."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not 0 < len(value) <= MODELS_MAX:
        return f"must be a list of 1 to {MODELS_MAX} names"
    if any(_name(each) for each in value):
        return f"must contain texts of 1 to {NAME_CHARACTERS_MAX} characters only"
    return "" if len(set(value)) == len(value) else "must not contain a name twice"


def _template(value: object) -> str:
    """Checks the text of a prompt."""
    is_valid = isinstance(value, str) and 0 < len(value) <= TEMPLATE_CHARACTERS_MAX
    return "" if is_valid else f"must be a text of 1 to {TEMPLATE_CHARACTERS_MAX} characters"


def _strategy(value: object) -> str:
    """Checks a strategy of model choice."""
    return "" if isinstance(value, str) and value in STRATEGIES else f"must be one of {', '.join(sorted(STRATEGIES))}"


def _share(value: object) -> str:
    """Checks a number in [0, 1]."""
    is_valid = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return "" if is_valid else "must be a number in [0, 1]"


def _flag(value: object) -> str:
    """Checks a Boolean."""
    return "" if isinstance(value, bool) else "must be true or false"


def _object(value: object) -> str:
    """Checks an object, whose content is defined by the application."""
    return "" if isinstance(value, Mapping) else "must be an object"


def _texts(value: object) -> str:
    """Checks an object whose values are texts."""
    is_valid = isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values())
    return "" if is_valid else "must be an object whose values are texts"


SCHEMAS: Mapping[ExperimentType, Schema] = {
    ExperimentType.MODEL_ROUTING: Schema(
        {"model": _name, "models": _names, "strategy": _strategy, "epsilon": _share},
        required=frozenset({"model", "models", "strategy"}),
        exclusive=frozenset({"model", "models"}),
    ),
    ExperimentType.ORCHESTRATION: Schema(
        {"orchestration_id": _name, "parameters": _object}, required=frozenset({"orchestration_id"})
    ),
    ExperimentType.SERVICE: Schema(
        {"service": _name, "enabled": _flag, "parameters": _object}, required=frozenset({"service"})
    ),
    ExperimentType.PROMPT: Schema(
        {"prompt_id": _name, "template": _template, "version": _name, "variables": _texts},
        required=frozenset({"prompt_id", "template"}),
        exclusive=frozenset({"prompt_id", "template"}),
    ),
}


def check_config(kind: ExperimentType, config: Mapping[str, object], path: str) -> list[FieldViolation]:
    """Returns the violations of one configuration; `path` is its field path, such as variants[1].config."""
    schema = SCHEMAS[kind]
    violations = [
        FieldViolation(f"{path}.{key}", why)
        for key, value in config.items()
        if (why := schema.keys[key](value) if key in schema.keys else f"is not a key of {kind} experiments")
    ]
    if not schema.required & config.keys():
        required = sorted(schema.required)
        violations.append(
            FieldViolation(f"{path}.{required[0]}", f"is missing: {kind} experiments require {' or '.join(required)}")
        )
    if len(both := sorted(schema.exclusive & config.keys())) > 1:
        violations.append(FieldViolation(f"{path}.{both[1]}", f"must not be given together with {both[0]}"))
    if "epsilon" in config and config.get("strategy") != "epsilon_greedy":
        violations.append(FieldViolation(f"{path}.epsilon", "requires the strategy epsilon_greedy"))
    return violations


def check_variants(experiment: Experiment) -> list[FieldViolation]:
    """Returns the violations of the variants: their number, names, weights and configurations."""
    violations, seen = [], set[str]()
    if len(experiment.variants) < 2:
        violations.append(FieldViolation("variants", "must contain the control and at least one treatment"))
    for index, variant in enumerate(experiment.variants):
        path = f"variants[{index}]"
        if not variant.name or variant.name in seen:
            violations.append(
                FieldViolation(f"{path}.name", "must not be empty and must differ from the names of the other variants")
            )
        seen.add(variant.name)
        if variant.weight is not None and not 1 / WEIGHT_MAX <= variant.weight <= WEIGHT_MAX:
            violations.append(FieldViolation(f"{path}.weight", f"must lie in [{1 / WEIGHT_MAX:f}, {WEIGHT_MAX:.0f}]"))
        if index or variant.config:
            violations += check_config(experiment.type, variant.config, f"{path}.config")
    return violations


def check_experiment(experiment: Experiment) -> list[FieldViolation]:
    """Returns the violations of an experiment, without rules that concern other experiments."""
    violations = check_variants(experiment)
    names = {variant.name for variant in experiment.variants}
    if experiment.forced and experiment.tenant_id == EVERY_TENANT:
        why = "must be empty for an experiment over all tenants, because user identifiers belong to one tenant"
        violations.append(FieldViolation("forced_variants", why))
    for user, variant in sorted(experiment.forced.items()):
        if variant not in names:
            violations.append(FieldViolation(f"forced_variants[{user}]", "must be the name of a variant"))
    start, end = experiment.layer_slots
    if not 0 <= start < end <= 1:
        violations.append(FieldViolation("layer_end", "must be greater than layer_start, and both must lie in [0, 1]"))
    elif not experiment.layer and (start, end) != (0, 1):
        violations.append(FieldViolation("layer", "is required together with layer_start or layer_end"))
    for path, share in (("traffic_percentage", experiment.traffic), ("holdout", experiment.holdout)):
        if not 0 <= share <= 1:
            violations.append(FieldViolation(path, "must lie in [0, 1]"))
    if not ALPHA_MIN <= experiment.alpha <= 0.5:
        violations.append(FieldViolation("alpha", f"must lie in [{ALPHA_MIN}, 0.5]"))
    known = set[str]()
    for index, metric in enumerate(experiment.metrics):
        if metric.name in known:
            violations.append(
                FieldViolation(f"metrics[{index}].name", "must differ from the names of the other metrics")
            )
        if not 0 <= metric.margin <= 1:
            violations.append(FieldViolation(f"metrics[{index}].margin", "must lie in [0, 1]"))
        known.add(metric.name)
    return violations
