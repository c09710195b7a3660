"""Table of the error rates of models."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.console.charts.figure import Figure
from radiant.neural.v1.scoring_pb2 import ModelReliability

COLUMNS = (
    "Model",
    "Task",
    "Provider",
    "Calls",
    "Errors",
    "Timeouts",
    "Cancelled",
    "Error rate",
    "Error rate, 95 % lower",
)


def reliability_table(rows: Iterable[ModelReliability]) -> Figure:
    """Returns the calls by model, by model and task, and by model and provider."""
    return Figure(
        name="reliability",
        title="Error rates",
        columns=COLUMNS,
        rows=[
            (
                each.model,
                each.task_type or "any",
                each.provider or "any",
                each.call_count,
                each.error_count,
                each.timeout_count,
                each.cancelled_count,
                round(each.error_rate, 4) if each.HasField("error_rate") else "not measured",
                round(each.error_rate_lower, 4),
            )
            for each in rows
        ],
        description="Calls of the last hour, or of the window that the operator set. Cancelled calls do not count. A "
        "model is not recommended while the lower bound exceeds the maximum of the settings.",
    )
