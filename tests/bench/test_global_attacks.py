"""Attacks on the global scores in the benchmark."""

from __future__ import annotations

import numpy as np

from bench.learning.attacks.global_scores import (
    PUBLICATIONS,
    TenantVotes,
    difference_guesses,
    errors,
    movement,
    plain_sums,
    released,
    threshold_guesses,
)


def test_rater_counts_for_one_unit_at_most() -> None:
    votes = TenantVotes(np.array([3.0, 0.5, 0.0]), np.array([1.0, 0.0, 0.0]))
    assert votes.plain().tolist() == [3.5, 1.0]
    assert votes.limited().tolist() == [1.25, 0.25]


def test_votes_of_one_tenant_move_published_score_less_than_plain_sums() -> None:
    for publish, moved_min, moved_max in ((plain_sums, 0.7, 0.8), (released, 0.1, 0.3)):
        before, after = movement(publish, 4, 2800, 5)
        assert moved_min < (before - after).mean() < moved_max


def test_threshold_and_differences_reveal_vote_in_plain_sums_only() -> None:
    assert threshold_guesses(plain_sums, 50) == 1
    assert 0.3 < threshold_guesses(released, 100) < 0.7
    assert difference_guesses(plain_sums, 5, 1, 20) == 1
    assert difference_guesses(released, 5, 1, 100) < 0.8


def test_published_scores_are_near_plain_sums() -> None:
    task, all_tasks, plain, published = errors(10, 5)
    assert max(task, all_tasks) < 0.02
    assert abs(plain - published) < 0.02
    assert list(PUBLICATIONS) == ["plain sums", "as published"]
