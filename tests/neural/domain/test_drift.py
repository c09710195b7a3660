"""Change-point test of scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.drift import AFTER_MIN, BEFORE_MIN, WINDOW, find_shift


def scores(seed: int, *parts: tuple[int, float]) -> list[float]:
    """Returns random votes in parts, each given as (count, share of up votes)."""
    chance = np.random.default_rng(seed)
    drawn = [chance.random(count) < share for count, share in parts]
    return [float(each) for part in drawn for each in part]


@pytest.mark.parametrize(("before", "after"), [(0.9, 0.3), (0.3, 0.9), (0.8, 0.3)])
def test_find_shift_after_large_shift_finds_it_within_60_scores(before: float, after: float) -> None:
    delays = []
    for seed in range(200):
        votes = scores(seed, (200, before), (60, after))
        found = (count for count in range(201, 261) if find_shift(votes[:count]))
        delays.append(next(found, 300) - 200)
    assert np.quantile(delays, 0.95) <= 60
    assert np.median(delays) <= 30


def test_find_shift_of_constant_quality_rarely_finds_a_shift() -> None:
    alarms = 0
    for seed in range(20):
        share = np.random.default_rng(seed).uniform(0.3, 0.95)
        votes, start = scores(seed, (1500, float(share))), 0
        for count in range(BEFORE_MIN + AFTER_MIN, len(votes)):
            if find_shift(votes[max(start, count - WINDOW) : count]):
                alarms, start = alarms + 1, count
    assert alarms <= 3


def test_find_shift_index_is_close_to_true_shift() -> None:
    indexes = [found.index for seed in range(100) if (found := find_shift(scores(seed, (200, 0.9), (50, 0.2))))]
    assert len(indexes) >= 95
    assert np.median(indexes) == pytest.approx(200, abs=3)


@given(st.lists(st.floats(0, 1), max_size=WINDOW))
def test_find_shift_of_any_scores_respects_minimum_counts(votes: list[float]) -> None:
    found = find_shift(votes)
    if found is not None:
        assert BEFORE_MIN <= found.index <= len(votes) - AFTER_MIN
        assert 0 <= found.before <= 1
        assert 0 <= found.after <= 1
