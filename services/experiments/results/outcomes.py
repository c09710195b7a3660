"""Outcomes of an experiment as sums over users, read from feedback, manifests and exposures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from experiments.analysis.verdict import Analysis, analyse
from experiments.assignment.rules import NO_USERS, IgnoredReason, assignment_rules
from experiments.results.measurement import ANSWERED, CALLS, MeasuredOutputs, measured_outputs, require_measurement
from experiments.store.experiments import StoredEpoch, StoredExperiment
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from splits.model import BUILT_IN, MEAN_SCORE, POSITIVE_RATE, Covariate, Experiment, OutcomeSummary

_SQL = load_queries("experiments", "results.sql")

_EXPOSURE = ""
"""Name of the metric that counts users and outputs."""
_COUNTS = (_EXPOSURE, ANSWERED, CALLS)
"""Names of metrics that only count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureCount:
    """Exposed users of a variant in one epoch and stratum."""

    epoch: int
    variant: str
    stratum: str
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCount:
    """Units with feedback of a variant in one epoch."""

    units: int = 0
    positive: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredOutputs:
    """Outputs that do not count, because the assignment does not give their users the variant that they name."""

    reason: str
    """A value of IgnoredReason."""
    outputs: int
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Outcomes and exposed users of an experiment."""

    summaries: Sequence[OutcomeSummary]
    exposures: Sequence[ExposureCount]
    units: Mapping[tuple[int, str], UnitCount]
    """Units with feedback by epoch and variant."""
    ignored: Sequence[IgnoredOutputs] = ()
    measured: Sequence[MeasuredOutputs] = ()

    @property
    def contaminated_users(self) -> int:
        """Users with an output of a variant that the assignment does not give them."""
        return sum(each.users for each in self.ignored if each.reason == IgnoredReason.OTHER_VARIANT)

    @property
    def exposed(self) -> Mapping[tuple[int, str], int]:
        """Exposed users by epoch and variant."""
        users: Counter[tuple[int, str]] = Counter()
        for each in self.exposures:
            users[each.epoch, each.variant] += each.users
        return users

    def in_epoch(self, epoch: int) -> Outcomes:
        """Returns the outcomes of one epoch."""
        return Outcomes(
            summaries=[each for each in self.summaries if each.epoch == epoch],
            exposures=[each for each in self.exposures if each.epoch == epoch],
            units={key: count for key, count in self.units.items() if key[0] == epoch},
            ignored=self.ignored,
            measured=[each for each in self.measured if each.epoch == epoch],
        )


async def read_outcomes(connection: Connection, stored: StoredExperiment, epochs: Sequence[StoredEpoch]) -> Outcomes:
    """Returns the outcomes of the users that the transaction has access to, without testers."""
    experiment = stored.experiment
    built_in, testers = [metric.name for metric in BUILT_IN], list(experiment.forced)
    rows = await connection.fetch(
        _SQL["outcomes"],
        experiment.experiment_id,
        experiment.tenant_id,
        built_in,
        testers,
        experiment.started_at,
        assignment_rules(epochs, stored.ended_at),
        list(NO_USERS),
    )
    counted = [row for row in rows if not row["ignored"]]
    return Outcomes(
        summaries=[_summary(row) for row in counted if row["metric"] not in _COUNTS],
        exposures=[
            ExposureCount(**{name: row[name] for name in ("epoch", "variant", "stratum", "users")})
            for row in counted
            if row["metric"] == _EXPOSURE
        ],
        units=_units(row for row in counted if row["metric"] == POSITIVE_RATE),
        ignored=[
            IgnoredOutputs(reason=row["ignored"], outputs=row["units"], users=row["users"])
            for row in rows
            if row["ignored"]
        ],
        measured=measured_outputs((row["epoch"], row["variant"], row["metric"], row["units"]) for row in counted),
    )


def analyse_outcomes(
    experiment: Experiment, outcomes: Outcomes, now: datetime, shares: Mapping[int, Mapping[str, float]]
) -> Analysis:
    """Returns the analysis of outcomes; `shares` contains the planned shares of users by epoch and variant."""
    exposures: dict[str, dict[int, dict[str, int]]] = {}
    for each in outcomes.exposures:
        exposures.setdefault(each.stratum, {}).setdefault(each.epoch, {})[each.variant] = each.users
    return require_measurement(
        experiment, analyse(experiment, outcomes.summaries, exposures, now, shares), outcomes.measured
    )


def _units(rows: Iterable[asyncpg.Record]) -> dict[tuple[int, str], UnitCount]:
    counts: dict[tuple[int, str], UnitCount] = {}
    for row in rows:
        key = (row["epoch"], row["variant"])
        before = counts.get(key, UnitCount())
        counts[key] = UnitCount(units=before.units + row["units"], positive=before.positive + row["positive"])
    return counts


def _summary(row: asyncpg.Record) -> OutcomeSummary:
    sums = ("sum_y", "sum_m", "sum_yy", "sum_mm", "sum_ym", "sumsq", "shift")
    return OutcomeSummary(
        epoch=row["epoch"],
        variant=row["variant"],
        stratum=row["stratum"],
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
