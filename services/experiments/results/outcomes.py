"""Outcomes of an experiment as sums over users, read from feedback, manifests and exposures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from experiments.analysis.verdict import Analysis, analyse
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from splits.model import BUILT_IN, MEAN_SCORE, POSITIVE_RATE, Covariate, Experiment, OutcomeSummary

_SQL = load_queries("experiments", "results.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Outcomes and exposed users of an experiment."""

    summaries: Sequence[OutcomeSummary]
    exposed: Sequence[tuple[int, str, int]]
    """Epoch, variant, number of exposed users."""
    units: Sequence[tuple[int, str, int, int]]
    """Epoch, variant, number of units with feedback, number of positive units."""


async def read_outcomes(connection: Connection, experiment: Experiment) -> Outcomes:
    """Returns the outcomes of the users that the transaction has access to, without testers."""
    key = (experiment.experiment_id, experiment.tenant_id)
    built_in, testers = [metric.name for metric in BUILT_IN], list(experiment.forced)
    rows = await connection.fetch(_SQL["outcomes"], *key, built_in, testers, experiment.started_at)
    exposed = await connection.fetch(_SQL["exposed_users"], *key, testers)
    variants = {variant.name for variant in experiment.variants}
    rows = [row for row in rows if row["variant"] in variants]
    return Outcomes(
        summaries=[_summary(row) for row in rows],
        exposed=[(row["epoch"], row["variant"], row["users"]) for row in exposed if row["variant"] in variants],
        units=[
            (row["epoch"], row["variant"], row["units"], row["positive"])
            for row in rows
            if row["metric"] == BUILT_IN[0].name
        ],
    )


def analyse_outcomes(
    experiment: Experiment, outcomes: Outcomes, now: datetime, shares: Mapping[int, Mapping[str, float]]
) -> Analysis:
    """Returns the analysis of outcomes; `shares` contains the planned shares of users by epoch and variant."""
    exposures: dict[int, dict[str, int]] = {}
    for epoch, variant, users in outcomes.exposed:
        exposures.setdefault(epoch, {})[variant] = users
    return analyse(experiment, outcomes.summaries, exposures, now, shares)


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
    """Returns the covariate of a row; None when no user has outcomes from before the experiment."""
    if row["sum_xx"] <= 0:
        return None
    return Covariate(**{name: row[name] for name in ("sum_x", "sum_xx", "sum_xy", "sum_xm")})
