"""Intervals and policies of the replay, and parity with the package paretobandit."""

from __future__ import annotations

import numpy as np
import pytest

from bench.learning.intervals import format_interval, interval
from bench.learning.replay import paretobandit
from bench.learning.replay.policies import FORMULA, GLOBAL, OURS, default_policies
from bench.learning.replay.simulation import simulate
from bench.learning.replay.streams import draw_streams
from neural.settings import RecommendSettings
from tests.bench.fixtures.outcomes import table

pytestmark = pytest.mark.slow


def test_interval_equals_students_t() -> None:
    """Known numbers: five differences with mean 3 and standard deviation 1.5811, t(4) = 2.7764."""
    mean, low, high = interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert (mean, low, high) == pytest.approx((3.0, 3 - 1.96324, 3 + 1.96324), abs=1e-4)
    assert format_interval(np.array([0.01, 0.01])) == "+0.0100 [+0.0100, +0.0100]"


def test_interval_of_one_seed_is_empty() -> None:
    """A single seed has no spread."""
    assert interval(np.array([0.4])) == (0.4, 0.4, 0.4)


def test_product_policy_exceeds_random_and_stays_below_the_oracle() -> None:
    """After 2,000 events the quality is above random choice and below the oracle."""
    streams = draw_streams(table(), range(4), 2_000)
    courses = {
        each.name: simulate(streams, each, [2_000], turns=1) for each in default_policies(RecommendSettings().priors)
    }
    assert (courses[OURS].greedy[2_000] > courses["random"].served[2_000] + 0.1).all()
    assert (courses[OURS].served[2_000] <= streams.ceiling).all()
    assert {FORMULA, GLOBAL} < set(courses)


def test_bandit_equals_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """Upper bounds of all models equal those of paretobandit."""
    pytest.importorskip("pareto_bandit")
    paretobandit.check_package_parity(
        draw_streams(table(), range(1), 500), paretobandit.BanditSettings(name="any", alpha=0.7, ridge=0.3)
    )
    assert "equal to the package" in capsys.readouterr().out
