"""Simulated rollouts whose decisions are made every hour."""

from __future__ import annotations

import numpy as np

from bench.learning.sequential_decisions import LIMIT, simulate_rollout
from experiments.domain.rollout_policy import Action

RUNS = 40
RUNS_OF_EQUAL_VARIANTS = 16


def test_rollouts_of_equal_variants_finish() -> None:
    random = np.random.default_rng(11)
    found = [simulate_rollout(random) for _ in range(RUNS_OF_EQUAL_VARIANTS)]
    assert sum(each.action is Action.ROLL_BACK for each in found) <= 2
    assert sum(each.action is Action.FINISH for each in found) >= RUNS_OF_EQUAL_VARIANTS - 2
    assert sum(each.was_beyond for each in found) >= 4


def test_rollouts_with_twice_the_limit_are_rolled_back_within_1000_users() -> None:
    random = np.random.default_rng(12)
    found = [simulate_rollout(random, 2 * LIMIT, users_max=1000) for _ in range(RUNS)]
    assert sum(each.action is Action.ROLL_BACK for each in found) >= 0.85 * RUNS
    assert all(each.users <= 1100 for each in found)
