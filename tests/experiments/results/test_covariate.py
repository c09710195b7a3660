"""Covariate of results: feedback from before the start of an experiment."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experiments.fixtures.exposures import comparison
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import ExperimentsService
from tests.experiments.fixtures.users import first_users

USERS = 40


async def users_of(service: ExperimentsService, experiment_id: str) -> list[str]:
    """Returns USERS users; every second one is assigned to the treatment."""
    pairs = [
        await first_users(service.connection, experiment_id, variant, USERS // 2)
        for variant in ("control", "treatment")
    ]
    return [user for pair in zip(*pairs, strict=True) for user in pair]


async def add_earlier_feedback(service: ExperimentsService, experiment_id: str) -> None:
    """Adds a vote of each user without an experiment: -1 of every third user, otherwise 1."""
    recorder = FeedbackRecorder(service.connection)
    for number, user in enumerate(await users_of(service, experiment_id)):
        output = await recorder.output(user)
        await recorder.vote(output, user, -1 if number % 3 == 0 else 1)


def rating(number: int) -> int:
    """Returns the vote of a user in the experiment: as before, but 1 for some treated users."""
    return 1 if number % 3 or number % 15 == 9 else -1


async def add_experiment_feedback(service: ExperimentsService, experiment_id: str) -> None:
    """Adds an output and a vote of each user; every second user is treated."""
    for number, user in enumerate(await users_of(service, experiment_id)):
        output = await FeedbackRecorder(service.connection).output(
            user, experiment_id, ("control", "treatment")[number % 2], 1
        )
        await FeedbackRecorder(service.connection).vote(output, user, rating(number))


async def test_results_with_earlier_feedback_use_cuped(service: ExperimentsService) -> None:
    created = await service.create()
    await add_earlier_feedback(service, created.experiment_id)
    started = await service.move("Start", created)
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
    await add_earlier_feedback(service, started.experiment_id)
    await add_experiment_feedback(service, started.experiment_id)
    assert comparison(await service.results(started.experiment_id), "positive_rate").test != "cuped"
