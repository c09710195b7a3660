"""Diagnostics of samples, and explanations of insufficient samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from neural.evaluation.diagnostics import EVENTS_MIN, diagnose, effective, shortfall
from neural.evaluation.estimators import Sample
from tests.neural.fixtures.samples import sample, samples


def events(
    size: int = EVENTS_MIN, logged: float = 0.5, target: tuple[float, ...] = (1.0, 0.0), users: int = 100
) -> Sample:
    """Returns a sample with repeating target probabilities."""
    return sample(
        [0.5] * size,
        [logged] * size,
        [target[index % len(target)] for index in range(size)],
        users=[index // len(target) % users for index in range(size)],
    )


def test_effective_size_of_known_weights_is_known() -> None:
    assert effective(np.array([1.0, 1.0, 1.0, 1.0])) == 4
    assert effective(np.array([2.0, 0.0, 2.0, 0.0])) == 2
    assert effective(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert effective(np.array([])) == effective(np.zeros(3)) == 0


@given(samples())
def test_effective_size_is_at_most_number_of_events(events_of: Sample) -> None:
    found = diagnose(events_of)
    assert 1 - 1e-9 <= found.effective_events <= found.events + 1e-9
    assert found.effective_users <= len(set(events_of.users.tolist())) + 1e-9
    assert 0 < found.overlap <= 1


def test_shortfall_of_sufficient_sample_is_empty() -> None:
    found = diagnose(events())
    assert (found.events, found.effective_events, found.effective_users) == (2000, 1000, 100)
    assert (found.overlap, found.weight_max, found.weight_mean.value) == (0.5, 2, 1)
    assert shortfall(found) == ""


@pytest.mark.parametrize(
    ("events_of", "reason"),
    [
        (events(EVENTS_MIN - 1), "1999 decisions have feedback, and 2000 are needed"),
        (events(0), "0 decisions have feedback"),
        (
            events(logged=0.05, target=(1.0, *[0.0] * 19)),
            "the effective sample size is 100, and 200 are needed (the strategy makes 5%",
        ),
        (events(users=3), "the effective number of users is 3, and 30 are needed"),
        (events(logged=1.0, target=(0.4,)), "the mean weight is 0.40, and 1 is expected"),
        (events(target=(0.0,)), "the effective sample size is 0"),
    ],
    ids=["few", "none", "overlap", "users", "never tried", "no overlap"],
)
def test_shortfall_of_insufficient_sample_names_reason(events_of: Sample, reason: str) -> None:
    text = shortfall(diagnose(events_of))
    assert text.startswith("Not enough data: ")
    assert reason in text
