"""Validation of experiments and configurations."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.domain.configs import check_config, check_experiment
from splits.model import EVERY_TENANT, Experiment, ExperimentType, Metric, Variant

ROUTING, ORCHESTRATION = ExperimentType.MODEL_ROUTING, ExperimentType.ORCHESTRATION
SERVICE, PROMPT = ExperimentType.SERVICE, ExperimentType.PROMPT


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (ROUTING, {"model": "m1"}),
        (ROUTING, {"models": ["m1", "m2"], "strategy": "epsilon_greedy", "epsilon": 0.1}),
        (ROUTING, {"strategy": "thompson"}),
        (ORCHESTRATION, {"orchestration_id": "o", "parameters": {"depth": 3.0}}),
        (SERVICE, {"service": "rerank", "enabled": False}),
        (PROMPT, {"template": "Be brief.", "variables": {"tone": "dry"}}),
        (PROMPT, {"prompt_id": "p", "version": "3"}),
    ],
)
def test_valid_configuration_has_no_violation(kind: ExperimentType, config: dict[str, Any]) -> None:
    assert check_config(kind, config, "c") == []


@pytest.mark.parametrize(
    ("kind", "config", "path"),
    [
        (ROUTING, {}, "c.model"),
        (ROUTING, {"model": ""}, "c.model"),
        (ROUTING, {"model": 3.0}, "c.model"),
        (ROUTING, {"model": "m", "models": ["m"]}, "c.models"),
        (ROUTING, {"models": []}, "c.models"),
        (ROUTING, {"models": ["m", "m"]}, "c.models"),
        (ROUTING, {"models": ["m", 1.0]}, "c.models"),
        (ROUTING, {"models": "m"}, "c.models"),
        (ROUTING, {"model": "m", "modle": "x"}, "c.modle"),
        (ROUTING, {"model": "m", "strategy": "unknown"}, "c.strategy"),
        (ROUTING, {"model": "m", "epsilon": 0.1}, "c.epsilon"),
        (ROUTING, {"strategy": "epsilon_greedy", "epsilon": True}, "c.epsilon"),
        (ROUTING, {"strategy": "epsilon_greedy", "epsilon": 1.5}, "c.epsilon"),
        (ORCHESTRATION, {"parameters": {}}, "c.orchestration_id"),
        (ORCHESTRATION, {"orchestration_id": "o", "parameters": "x"}, "c.parameters"),
        (SERVICE, {"service": "s", "enabled": "yes"}, "c.enabled"),
        (PROMPT, {"template": "x", "prompt_id": "p"}, "c.template"),
        (PROMPT, {"template": "x" * 70_000}, "c.template"),
        (PROMPT, {"template": "x", "variables": {"a": 1.0}}, "c.variables"),
    ],
)
def test_invalid_configuration_names_the_field(kind: ExperimentType, config: dict[str, Any], path: str) -> None:
    assert [each.field for each in check_config(kind, config, "c")] == [path]


def variants(*configs: dict[str, Any]) -> tuple[Variant, ...]:
    return tuple(Variant(name=f"v{index}", config=config) for index, config in enumerate(configs))


def test_empty_configuration_of_control_is_valid() -> None:
    assert check_experiment(Experiment(experiment_id="e", variants=variants({}, {"model": "m"}))) == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"variants": variants({})}, "variants"),
        ({"variants": variants({}, {})}, "variants[1].config.model"),
        ({"variants": (Variant(name="a"), Variant(name="a", config={"model": "m"}))}, "variants[1].name"),
        ({"variants": (Variant(name="a"), Variant(name="b", config={"model": "m"}, weight=0.0))}, "variants[1].weight"),
        ({"forced": {"u": "unknown"}, "tenant_id": "acme"}, "forced_variants[u]"),
        ({"forced": {"u": "v1"}, "tenant_id": EVERY_TENANT}, "forced_variants"),
        ({"layer": "l", "layer_slots": (0.5, 0.5)}, "layer_end"),
        ({"layer_slots": (0.0, 0.5)}, "layer"),
        ({"traffic": 1.1}, "traffic_percentage"),
        ({"holdout": -0.1}, "holdout"),
        ({"alpha": 0.0}, "alpha"),
        ({"metrics": (Metric(name="a"), Metric(name="a"))}, "metrics[1].name"),
        ({"metrics": (Metric(name="a", margin=2.0),)}, "metrics[0].margin"),
    ],
)
def test_invalid_experiment_names_the_field(changed: dict[str, Any], path: str) -> None:
    experiment = Experiment(**({"experiment_id": "e", "variants": variants({}, {"model": "m"})} | changed))
    assert [each.field for each in check_experiment(experiment)] == [path]
