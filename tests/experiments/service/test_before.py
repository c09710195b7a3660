"""What users thought before an experiment sharpens its comparison, and nothing from after the start does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from tests.experiments.service.serving import Serving, serving
from tests.experiments.service.test_exposures import comparison
from tests.experiments.service.world import World

USERS = 40


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[Serving]:
    """Gives a running service."""
    async with serving(database_url) as running:
        yield running


async def past(world: World) -> None:
    """Lets a third of the users be hard to please before the experiment, the others easy."""
    for number in range(USERS):
        output = await world.output(f"u{number}")
        await world.vote(output, f"u{number}", -1 if number % 3 == 0 else 1)


def rating(number: int) -> int:
    """Returns how a user votes in the experiment: as before, but that a few of the treated come round."""
    return 1 if number % 3 or number % 15 == 9 else -1


async def judged(service: Serving, experiment_id: str) -> None:
    """Shows every user a variant, half of them the treatment."""
    for number in range(USERS):
        output = await World(service.connection).output(
            f"u{number}", experiment_id, ("control", "treatment")[number % 2], 1
        )
        await World(service.connection).vote(output, f"u{number}", rating(number))


async def test_the_past_of_users_sharpens_the_comparison(service: Serving) -> None:
    await past(World(service.connection))
    started = await service.started()
    await judged(service, started.experiment_id)
    found = comparison(await service.results(started.experiment_id), "positive_rate")
    assert found.test == "cuped"
    x = np.array([-1.0 if number % 3 == 0 else 1.0 for number in range(USERS)])
    z = np.array([float(rating(number) > 0) for number in range(USERS)])
    treated = np.arange(USERS) % 2 == 1
    sides = [(x[side], z[side]) for side in (~treated, treated)]
    spread = sum(((a - a.mean()) ** 2).sum() for a, _ in sides)
    theta = sum(((a - a.mean()) * (b - b.mean())).sum() for a, b in sides) / spread
    (x_control, z_control), (x_treatment, z_treatment) = sides
    plain = z_treatment.mean() - z_control.mean()
    assert found.difference == pytest.approx(plain - theta * (x_treatment.mean() - x_control.mean()))
    wide = 2 * 1.96 * np.sqrt(z_control.var(ddof=1) / len(z_control) + z_treatment.var(ddof=1) / len(z_treatment))
    assert found.upper - found.lower < 0.6 * wide


async def test_nothing_from_after_the_start_is_adjusted_by(service: Serving) -> None:
    started = await service.started()
    await past(World(service.connection))
    await judged(service, started.experiment_id)
    assert comparison(await service.results(started.experiment_id), "positive_rate").test != "cuped"
