"""What came of an experiment: outcomes of exposed units as sums over users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from splits.model import BUILT_IN, MEAN_SCORE, POSITIVE_RATE, Covariate, Experiment, OutcomeSummary

_SQL = load_queries("experiments", "results.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that an analysis rests on."""

    summaries: Sequence[OutcomeSummary]
    exposed: Sequence[tuple[int, str, int]]
    """Epoch, variant, users who saw it."""
    units: Sequence[tuple[int, str, int, int]]
    """Epoch, variant, units with feedback, of these positive ones."""


async def gather(connection: Connection, experiment: Experiment) -> Gathered:
    """Reads outcomes in a transaction that may see the experiment's tenants; testers are left out."""
    place = (experiment.experiment_id, experiment.tenant_id)
    hidden, testers = [metric.name for metric in BUILT_IN], list(experiment.forced)
    rows = await connection.fetch(_SQL["outcomes"], *place, hidden, testers, experiment.started_at)
    exposed = await connection.fetch(_SQL["exposed_users"], *place, testers)
    known = {variant.name for variant in experiment.variants}
    rows = [row for row in rows if row["variant"] in known]
    return Gathered(
        summaries=[_summary(row) for row in rows],
        exposed=[(row["epoch"], row["variant"], row["users"]) for row in exposed if row["variant"] in known],
        units=[
            (row["epoch"], row["variant"], row["units"], row["positive"])
            for row in rows
            if row["metric"] == BUILT_IN[0].name
        ],
    )


def _summary(row: asyncpg.Record) -> OutcomeSummary:
    sums = ("sum_y", "sum_m", "sum_yy", "sum_mm", "sum_ym", "sumsq")
    return OutcomeSummary(
        epoch=row["epoch"],
        variant=row["variant"],
        metric=row["metric"],
        users=row["users"],
        **{name: row[name] for name in sums},
        pre=_covariate(row) if row["metric"] in (POSITIVE_RATE, MEAN_SCORE) else None,
    )


def _covariate(row: asyncpg.Record) -> Covariate | None:
    """Returns what was known of the users before; None when nothing was known of any."""
    if row["sum_xx"] <= 0:
        return None
    return Covariate(**{name: row[name] for name in ("sum_x", "sum_xx", "sum_xy", "sum_xm")})
