"""Diagnostics: when no verdict is given, and why."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from neural.evaluation.diagnostics import EVENTS_MIN, diagnose, effective, shortfall
from neural.evaluation.estimators import Sample
from tests.neural.evaluation.samples import sample, samples


def events(
    size: int = EVENTS_MIN, logged: float = 0.5, target: tuple[float, ...] = (1.0, 0.0), users: int = 100
) -> Sample:
    """Makes events whose target probabilities take turns."""
    return sample(
        [0.5] * size,
        [logged] * size,
        [target[place % len(target)] for place in range(size)],
        users=[place // len(target) % users for place in range(size)],
    )


def test_the_effective_size_by_hand() -> None:
    assert effective(np.array([1.0, 1.0, 1.0, 1.0])) == 4
    assert effective(np.array([2.0, 0.0, 2.0, 0.0])) == 2
    assert effective(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert effective(np.array([])) == effective(np.zeros(3)) == 0


@given(samples())
def test_the_effective_size_is_at_most_the_size(of: Sample) -> None:
    found = diagnose(of)
    assert 1 - 1e-9 <= found.effective_events <= found.events + 1e-9
    assert found.effective_users <= len(set(of.users.tolist())) + 1e-9
    assert 0 < found.overlap <= 1


def test_enough_is_enough() -> None:
    found = diagnose(events())
    assert (found.events, found.effective_events, found.effective_users) == (2000, 1000, 100)
    assert (found.overlap, found.weight_max, found.weight_mean.value) == (0.5, 2, 1)
    assert shortfall(found) == ""


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (events(EVENTS_MIN - 1), "there are 1999 decisions with feedback, and 2000 are needed"),
        (events(0), "there are 0 decisions with feedback"),
        (events(logged=0.05, target=(1.0, *[0.0] * 19)), "its effective sample size is 100, and 200 are needed (5%"),
        (events(users=3), "that of 3 users in effect, and 30 are needed"),
        (events(logged=1.0, target=(0.4,)), "the weights average 0.40 where 1 is expected"),
        (events(target=(0.0,)), "its effective sample size is 0"),
    ],
    ids=["few", "none", "overlap", "users", "never tried", "no overlap"],
)
def test_what_is_missing_is_said(of: Sample, why: str) -> None:
    said = shortfall(diagnose(of))
    assert said.startswith("Not enough data: ")
    assert why in said
