"""States of experiments: filter values, colours and the enums that templates need for labels."""

from __future__ import annotations

from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import rollout_pb2 as rollouts

ENUM_CONTEXT = {
    "State": experiments.ExperimentState,
    "Type": experiments.ExperimentType,
    "Rule": experiments.WinnerRule,
    "Direction": experiments.MetricDirection,
    "RolloutState": rollouts.RolloutState,
    "tones": {
        experiments.EXPERIMENT_STATE_RUNNING: "good",
        experiments.EXPERIMENT_STATE_PAUSED: "warn",
        experiments.EXPERIMENT_STATE_CANCELLED: "bad",
    },
}
"""Context of templates that show experiments. `tones` maps a state to its colour class."""
