"""Conversion of experiments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from experiments.domain.configs import check_experiment
from experiments.store.experiments import StoredExperiment
from kit.errors import FieldViolation, Invalid
from radiant.experiments.v1 import experiment_pb2 as pb
from splits.model import (
    BUILT_IN,
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

CONFIG_BYTES_MAX = 64 * 1024
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f]")
_NANOS_MAX = 999_999_999
_DURATION_MAX_S = 365 * 86_400

TYPES = {
    pb.EXPERIMENT_TYPE_MODEL_ROUTING: ExperimentType.MODEL_ROUTING,
    pb.EXPERIMENT_TYPE_ORCHESTRATION: ExperimentType.ORCHESTRATION,
    pb.EXPERIMENT_TYPE_SERVICE: ExperimentType.SERVICE,
    pb.EXPERIMENT_TYPE_PROMPT: ExperimentType.PROMPT,
}
STATES = {
    pb.EXPERIMENT_STATE_DRAFT: State.DRAFT,
    pb.EXPERIMENT_STATE_RUNNING: State.RUNNING,
    pb.EXPERIMENT_STATE_PAUSED: State.PAUSED,
    pb.EXPERIMENT_STATE_COMPLETED: State.COMPLETED,
    pb.EXPERIMENT_STATE_CANCELLED: State.CANCELLED,
}
RULES = {
    pb.WINNER_RULE_UNSPECIFIED: WinnerRule.SUPERIORITY,
    pb.WINNER_RULE_SUPERIORITY: WinnerRule.SUPERIORITY,
    pb.WINNER_RULE_NOT_INFERIOR_CHEAPER: WinnerRule.NON_INFERIOR_CHEAPER,
    pb.WINNER_RULE_NOT_INFERIOR_FASTER: WinnerRule.NON_INFERIOR_FASTER,
}
DIRECTIONS = {pb.METRIC_DIRECTION_UP: Direction.UP, pb.METRIC_DIRECTION_DOWN: Direction.DOWN}
_TYPE_NUMBERS = {value: number for number, value in TYPES.items()}
_STATE_NUMBERS = {value: number for number, value in STATES.items()}
_RULE_NUMBERS = {value: number for number, value in RULES.items()}
_DIRECTION_NUMBERS = {value: number for number, value in DIRECTIONS.items()}
_KINDS = {metric.name: metric.kind for metric in BUILT_IN}


def experiment_of(message: pb.Experiment, experiment_id: str, tenant_id: str) -> Experiment:
    """Returns the draft of a message; raises Invalid for violations of rules that the message schema cannot express."""
    violations: list[FieldViolation] = []
    variants = tuple(_variant(each, index, violations) for index, each in enumerate(message.variants))
    if message.HasField("duration_min") and not 0 <= message.duration_min.seconds <= _DURATION_MAX_S:
        violations.append(FieldViolation("experiment.duration_min", "must lie between 0 and 365 days"))
    elif message.HasField("duration_min") and not 0 <= message.duration_min.nanos <= _NANOS_MAX:
        violations.append(FieldViolation("experiment.duration_min", f"must have nanos from 0 to {_NANOS_MAX}"))
    names = [each.name for each in message.targeting.attributes]
    violations += [
        FieldViolation(
            f"experiment.targeting.attributes[{index}].name", "must differ from the names of the other attributes"
        )
        for index, each in enumerate(names)
        if each in names[:index]
    ]
    violations += [
        FieldViolation(f"experiment.forced_variants[{index}]", "must have user identifiers without control characters")
        for index, user in enumerate(message.forced_variants)
        if CONTROL_CHARACTERS.search(user)
    ]
    if violations:
        raise Invalid(violations)
    experiment = Experiment(
        experiment_id=experiment_id,
        tenant_id=tenant_id,
        name=message.display_name,
        hypothesis=message.hypothesis,
        type=TYPES[message.type],
        variants=variants,
        traffic=message.traffic_percentage,
        layer=message.layer,
        layer_slots=(message.layer_start, message.layer_end or 1.0),
        holdout=message.holdout,
        targeting=_targeting(message.targeting),
        forced=dict(message.forced_variants),
        metrics=tuple(_metric(each) for each in message.metrics),
        alpha=message.alpha or 0.05,
        min_per_group=message.users_min or 1000,
        min_duration=(message.duration_min.ToTimedelta() if message.HasField("duration_min") else timedelta(hours=168)),
        winner_rule=RULES[message.winner_rule],
    )
    if invalid := check_experiment(experiment):
        raise Invalid([FieldViolation(f"experiment.{each.field}", each.why) for each in invalid])
    return experiment


def _variant(message: pb.Variant, index: int, violations: list[FieldViolation]) -> Variant:
    path = f"experiment.variants[{index}].config"
    config: dict[str, object] = {}
    try:
        text = json.dumps(json_format.MessageToDict(message.config), allow_nan=False)
        config = json.loads(text)
        if len(text) > CONFIG_BYTES_MAX:
            violations.append(FieldViolation(path, f"must be at most {CONFIG_BYTES_MAX} bytes as JSON"))
        elif "\\u0000" in text.replace("\\\\", ""):
            violations.append(FieldViolation(path, "must not contain the character NUL"))
    except (json_format.Error, ValueError):
        violations.append(FieldViolation(path, "must contain finite numbers only"))
    return Variant(name=message.name, config=config, weight=message.weight or None)


def _metric(message: pb.Metric) -> Metric:
    return Metric(
        name=message.name,
        kind=_KINDS.get(message.name, MetricKind.MEAN),
        direction=DIRECTIONS[message.direction],
        is_guardrail=message.guardrail,
        margin=message.margin,
    )


def _targeting(message: pb.Targeting) -> Targeting:
    return Targeting(
        task_types=frozenset(message.task_types),
        domain_modes=frozenset(message.domain_modes),
        tenant_ids=frozenset(message.tenant_ids),
        attributes={each.name: frozenset(each.values) for each in message.attributes},
    )


def stored_message(stored: StoredExperiment) -> pb.Experiment:
    """Returns the message of an experiment with the times of its row."""
    message = experiment_message(stored.experiment)
    message.create_time.CopyFrom(timestamp(stored.created_at))
    message.update_time.CopyFrom(timestamp(stored.updated_at))
    if stored.ended_at is not None:
        message.end_time.CopyFrom(timestamp(stored.ended_at))
    return message


def experiment_message(experiment: Experiment) -> pb.Experiment:
    """Returns the message of an experiment without the times of its row."""
    message = pb.Experiment(
        experiment_id=experiment.experiment_id,
        tenant_id=experiment.tenant_id,
        display_name=experiment.name,
        hypothesis=experiment.hypothesis,
        type=_TYPE_NUMBERS[experiment.type],
        state=_STATE_NUMBERS[experiment.state],
        traffic_percentage=experiment.traffic,
        layer=experiment.layer,
        layer_start=experiment.layer_slots[0],
        layer_end=experiment.layer_slots[1],
        holdout=experiment.holdout,
        forced_variants=experiment.forced,
        alpha=experiment.alpha,
        users_min=experiment.min_per_group,
        duration_min=_duration(experiment.min_duration),
        winner_rule=_RULE_NUMBERS[experiment.winner_rule],
        epoch=experiment.epoch,
        etag=str(experiment.etag),
    )
    for variant in experiment.variants:
        message.variants.add(name=variant.name, config=struct(variant.config), weight=variant.weight or 0.0)
    targeting = experiment.targeting
    message.targeting.task_types.extend(sorted(targeting.task_types))
    message.targeting.domain_modes.extend(sorted(targeting.domain_modes))
    message.targeting.tenant_ids.extend(sorted(targeting.tenant_ids))
    for name, values in sorted(targeting.attributes.items()):
        message.targeting.attributes.add(name=name, values=sorted(values))
    for metric in experiment.metrics:
        message.metrics.add(
            name=metric.name,
            direction=_DIRECTION_NUMBERS[metric.direction],
            guardrail=metric.is_guardrail,
            margin=metric.margin,
        )
    if experiment.started_at is not None:
        message.start_time.CopyFrom(timestamp(experiment.started_at))
    return message


def struct(config: Mapping[str, object]) -> Struct:
    """Returns the message of a configuration."""
    message = Struct()
    json_format.ParseDict(dict(config), message)
    return message


def timestamp(moment: datetime) -> Timestamp:
    """Returns the message of a time."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def _duration(length: timedelta) -> Duration:
    message = Duration()
    message.FromTimedelta(length)
    return message
