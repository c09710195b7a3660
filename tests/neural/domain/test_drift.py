"""Change-point test of scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.drift import (
    AFTER_MIN,
    BEFORE_MIN,
    RATERS_MIN,
    WINDOW,
    RatedScore,
    _limited_mean,
    find_shift,
    scores_to_test,
)

RATERS = 20


def scores(seed: int, *parts: tuple[int, float]) -> list[RatedScore]:
    """Returns random votes of 20 raters in parts, each given as (count, share of up votes)."""
    chance = np.random.default_rng(seed)
    drawn = [chance.random(count) < share for count, share in parts]
    rater = chance.integers(RATERS, size=sum(count for count, _ in parts))
    values = [float(each) for part in drawn for each in part]
    return [RatedScore(value, f"rater-{number}") for value, number in zip(values, rater, strict=True)]


def down_votes(names: Sequence[str], votes_each: int, **more: Any) -> list[RatedScore]:
    """Returns down votes of raters, in turn."""
    return [RatedScore(0.0, name, **more) for _ in range(votes_each) for name in names]


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


def test_find_shift_of_four_raters_finds_none() -> None:
    history = scores(1, (200, 0.9))
    assert find_shift(history + down_votes(["a"], 50)) is None
    assert find_shift(history + down_votes(["a", "b", "c", "d"], 50)) is None
    assert find_shift(history + down_votes(["a", "b", "c", "d", "e"], 10)) is not None


def test_find_shift_gives_frequent_rater_a_fifth_of_the_weight() -> None:
    alike = [RatedScore(1.0, f"rater-{number}") for number in range(4)] * 2
    assert find_shift(scores(1, (200, 0.1)) + alike * 2) is not None
    assert find_shift(scores(1, (200, 0.9)) + down_votes(["heavy"], 42) + alike) is None


def test_find_shift_weighs_scores_by_trust() -> None:
    history, names = scores(1, (200, 0.9)), [f"rater-{number}" for number in range(10)]
    assert find_shift(history + down_votes(names, 2)) is not None
    assert find_shift(history + down_votes(names, 2, trust=0.1)) is None


def test_find_shift_ignores_raters_without_established_trust_and_earlier_scores() -> None:
    history = [each._replace(is_established=False) for each in scores(1, (200, 0.9))]
    new, known = ([f"{name}-{number}" for number in range(RATERS)] for name in ("new", "rater"))
    assert find_shift(history + down_votes(new, 3, is_established=False)) is None
    assert find_shift(history + down_votes(known, 3, is_established=False)) is not None


def test_scores_to_test_with_five_established_raters_are_only_theirs() -> None:
    new = down_votes([f"new-{number}" for number in range(100)], 5, is_established=False)
    history = scores(1, (200, 0.9))
    assert scores_to_test(history + new) == list(range(200))
    assert scores_to_test(new) == list(range(len(new) - WINDOW, len(new)))
    few = [each for each in history if each.rater in {f"rater-{number}" for number in range(RATERS_MIN - 1)}]
    assert len(scores_to_test(few + new)) == WINDOW


rated_scores = st.builds(
    RatedScore, st.floats(0, 1), st.sampled_from("abcdefgh"), trust=st.floats(0.1, 1), is_established=st.booleans()
)


@given(st.lists(rated_scores, max_size=WINDOW))
def test_find_shift_of_any_scores_respects_minimum_counts(votes: list[RatedScore]) -> None:
    found = find_shift(votes)
    if found is not None:
        assert BEFORE_MIN <= found.index <= len(votes) - AFTER_MIN
        assert 0 <= found.before <= 1
        assert 0 <= found.after <= 1
        for side in (votes[: found.index], votes[found.index :]):
            assert len({each.rater for each in side}) >= RATERS_MIN


@given(st.integers(1, 60), st.floats(0, 1), st.integers(0, 100))
def test_find_shift_with_any_scores_of_one_rater_finds_none(count: int, score: float, seed: int) -> None:
    history = scores(seed, (200, 0.9))
    if find_shift(history) is None:
        found = find_shift([*history, *(RatedScore(score, "one") for _ in range(count))])
        assert found is None or found.index + count < len(history)


@given(st.lists(st.floats(0, 5), min_size=RATERS_MIN, max_size=12))
def test_limited_mean_gives_no_rater_more_than_a_fifth(weights: list[float]) -> None:
    weight = np.array(weights)[:, None]
    for index in range(len(weights)):
        amount = np.zeros_like(weight)
        amount[index] = weight[index]
        limited, mean = _limited_mean(np.stack([weight, amount]))
        assert limited[0] <= weight.sum() + 1e-9
        assert limited[0] <= 1e-9 or mean[0] <= 1 / RATERS_MIN + 1e-9
