"""Covariate of results: feedback from before the start of an experiment."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experiments.fixtures.exposures import comparison
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import ExperimentsService

USERS = 40


async def add_earlier_feedback(recorder: FeedbackRecorder) -> None:
    """Adds a vote of each user without an experiment: -1 of every third user, otherwise 1."""
    for number in range(USERS):
        output = await recorder.output(f"u{number}")
        await recorder.vote(output, f"u{number}", -1 if number % 3 == 0 else 1)


def rating(number: int) -> int:
    """Returns the vote of a user in the experiment: as before, but 1 for some treated users."""
    return 1 if number % 3 or number % 15 == 9 else -1


async def add_experiment_feedback(service: ExperimentsService, experiment_id: str) -> None:
    """Adds an output and a vote of each user; every second user is treated."""
    for number in range(USERS):
        output = await FeedbackRecorder(service.connection).output(
            f"u{number}", experiment_id, ("control", "treatment")[number % 2], 1
        )
        await FeedbackRecorder(service.connection).vote(output, f"u{number}", rating(number))


async def test_results_with_earlier_feedback_use_cuped(service: ExperimentsService) -> None:
    await add_earlier_feedback(FeedbackRecorder(service.connection))
    started = await service.started()
    await add_experiment_feedback(service, started.experiment_id)
    found = comparison(await service.results(started.experiment_id), "positive_rate")
    assert found.test == "cuped"
    x = np.array([-1.0 if number % 3 == 0 else 1.0 for number in range(USERS)])
    z = np.array([float(rating(number) > 0) for number in range(USERS)])
    treated = np.arange(USERS) % 2 == 1
    groups = [(x[group], z[group]) for group in (~treated, treated)]
    squares = sum(((a - a.mean()) ** 2).sum() for a, _ in groups)
    theta = sum(((a - a.mean()) * (b - b.mean())).sum() for a, b in groups) / squares
    (x_control, z_control), (x_treatment, z_treatment) = groups
    unadjusted = z_treatment.mean() - z_control.mean()
    assert found.difference == pytest.approx(unadjusted - theta * (x_treatment.mean() - x_control.mean()))
    unadjusted_width = (
        2 * 1.96 * np.sqrt(z_control.var(ddof=1) / len(z_control) + z_treatment.var(ddof=1) / len(z_treatment))
    )
    assert found.upper - found.lower < 0.6 * unadjusted_width


async def test_results_with_feedback_after_the_start_do_not_use_cuped(service: ExperimentsService) -> None:
    started = await service.started()
    await add_earlier_feedback(FeedbackRecorder(service.connection))
    await add_experiment_feedback(service, started.experiment_id)
    assert comparison(await service.results(started.experiment_id), "positive_rate").test != "cuped"
