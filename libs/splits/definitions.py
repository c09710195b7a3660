"""Definitions of experiments as JSON: the form that is stored and that other processes read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from splits.model import (
    Direction,
    Experiment,
    ExperimentType,
    Metric,
    MetricKind,
    State,
    Targeting,
    Variant,
    WinnerRule,
)
from splits.user_keys import user_key


def encode(experiment: Experiment) -> str:
    """Returns the definition of an experiment as JSON. State, epoch, etag and times are stored in separate columns."""
    fields = {
        "name": experiment.name,
        "hypothesis": experiment.hypothesis,
        "type": experiment.type.value,
        "variants": [
            {"name": each.name, "config": dict(each.config), "weight": each.weight} for each in experiment.variants
        ],
        "traffic": experiment.traffic,
        "layer": experiment.layer,
        "layer_slots": list(experiment.layer_slots),
        "holdout": experiment.holdout,
        "targeting": {
            "task_types": sorted(experiment.targeting.task_types),
            "domain_modes": sorted(experiment.targeting.domain_modes),
            "tenant_ids": sorted(experiment.targeting.tenant_ids),
            "attributes": {name: sorted(values) for name, values in experiment.targeting.attributes.items()},
        },
        "forced": dict(experiment.forced),
        "metrics": [
            {
                "name": each.name,
                "kind": each.kind.value,
                "direction": each.direction.value,
                "guardrail": each.is_guardrail,
                "margin": each.margin,
            }
            for each in experiment.metrics
        ],
        "alpha": experiment.alpha,
        "min_per_group": experiment.min_per_group,
        "min_duration_s": experiment.min_duration.total_seconds(),
        "winner_rule": experiment.winner_rule.value,
    }
    return json.dumps(fields, sort_keys=True)


def decode(
    definition: str,
    *,
    experiment_id: str,
    tenant_id: str,
    state: str,
    epoch: int,
    etag: int,
    started_at: datetime | None,
) -> Experiment:
    """Returns the experiment of a definition that `encode` wrote, and of the separate columns."""
    fields: dict[str, Any] = json.loads(definition)
    targeting = fields["targeting"]
    return Experiment(
        experiment_id=experiment_id,
        tenant_id=tenant_id,
        name=fields["name"],
        hypothesis=fields["hypothesis"],
        type=ExperimentType(fields["type"]),
        state=State(state),
        variants=tuple(_variant(each) for each in fields["variants"]),
        traffic=fields["traffic"],
        layer=fields["layer"],
        layer_slots=(fields["layer_slots"][0], fields["layer_slots"][1]),
        holdout=fields["holdout"],
        targeting=Targeting(
            task_types=frozenset(targeting["task_types"]),
            domain_modes=frozenset(targeting["domain_modes"]),
            tenant_ids=frozenset(targeting["tenant_ids"]),
            attributes={name: frozenset(values) for name, values in targeting["attributes"].items()},
        ),
        forced={user_key(user): variant for user, variant in fields["forced"].items()},
        epoch=epoch,
        metrics=tuple(_metric(each) for each in fields["metrics"]),
        alpha=fields["alpha"],
        min_per_group=fields["min_per_group"],
        min_duration=timedelta(seconds=fields["min_duration_s"]),
        winner_rule=WinnerRule(fields["winner_rule"]),
        started_at=started_at,
        etag=etag,
    )


def _variant(fields: Mapping[str, Any]) -> Variant:
    return Variant(name=fields["name"], config=fields["config"], weight=fields["weight"])


def _metric(fields: Mapping[str, Any]) -> Metric:
    return Metric(
        name=fields["name"],
        kind=MetricKind(fields["kind"]),
        direction=Direction(fields["direction"]),
        is_guardrail=fields["guardrail"],
        margin=fields["margin"],
    )
