"""Reports: the analysis of an experiment with the outcomes on which it is based."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from experiments.analysis.verdict import Analysis
from experiments.results.outcomes import Outcomes, analyse_outcomes
from experiments.store.experiments import StoredEpoch, StoredExperiment
from splits.assignment import expected_shares
from splits.model import Experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Analysis of an experiment at one time."""

    experiment: Experiment
    outcomes: Outcomes
    analysis: Analysis
    analysed_at: datetime
    """Time of the analysis; for a completed experiment, the time of its completion."""


async def create_report(stored: StoredExperiment, outcomes: Outcomes, epochs: Sequence[StoredEpoch]) -> Report:
    """Returns the report of an experiment, computed in a thread."""
    shares = {each.experiment.epoch: expected_shares(each.experiment) for each in epochs}
    moment = stored.completed_at or datetime.now(UTC)
    analysis = await asyncio.to_thread(analyse_outcomes, stored.experiment, outcomes, moment, shares)
    return Report(experiment=stored.experiment, outcomes=outcomes, analysis=analysis, analysed_at=moment)
