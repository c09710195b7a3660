"""Release of global scores: limits of tenants, thresholds, and noise."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.global_scope.noise import GRID, laplace_noise
from neural.domain.global_scope.release import (
    DELTA,
    ReleaseRules,
    TenantContribution,
    derived_counts,
    evidence_limit,
    noised_contribution,
    release,
)

DAY = datetime(2026, 3, 1, tzinfo=UTC)
KEY = b"k" * 32


def rules(**changes: Any) -> ReleaseRules:
    """Returns the default rules with changes."""
    values = {"tenants_min": 3, "raters_min": 10, "share_max": 0.25, "epsilon": 1.0, "period": timedelta(days=1)}
    return ReleaseRules(**{**values, **changes})


def contribution(evidence: float, mean: float = 0.5, first: datetime = DAY) -> TenantContribution:
    """Returns a contribution with an evidence in units and a mean score."""
    sums = round(evidence * GRID), round(evidence * mean * GRID)
    counts = derived_counts(*sums)
    return TenantContribution(sums=(*sums, *[0] * 6), counts=counts, raters=math.ceil(evidence), first_output_at=first)


def mean_of(contributions: list[TenantContribution], rules: ReleaseRules) -> float:
    """Returns the published mean score."""
    found = release(contributions, rules)
    assert found is not None
    return found.sums[1] / found.sums[0]


EVIDENCE = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


@given(EVIDENCE, st.floats(0.01, 1))
def test_evidence_limit_keeps_share_of_every_tenant(evidence: list[int], share_max: float) -> None:
    limit = evidence_limit(evidence, share_max)
    counted = [min(each, limit) for each in evidence]
    share = max(Fraction(share_max).limit_denominator(10**6), Fraction(1, len(evidence)))
    assert max(counted) <= share * sum(counted) + 1  # the limit is rounded down by less than one step
    assert min(counted) >= 0
    if limit < max(evidence):  # a larger limit would exceed the share
        larger = [min(each, limit + len(evidence) + 2) for each in evidence]
        assert max(larger) > share * sum(larger) or max(larger) == max(evidence)


@given(
    st.lists(st.tuples(st.floats(20, 1e5), st.floats(0, 1)), min_size=4, max_size=10),
    st.floats(20, 1e6),
    st.sampled_from([0.0, 1.0]),
)
def test_tenant_moves_published_mean_by_at_most_its_share(
    honest: list[tuple[float, float]], evidence: float, mean: float
) -> None:
    others = [contribution(*each) for each in honest]
    before, after = mean_of(others, rules()), mean_of([*others, contribution(evidence, mean)], rules())
    assert abs(after - before) <= 0.25 + 1e-6


def test_order_of_tenants_does_not_change_release() -> None:
    chance = random.Random(1)
    parts = [contribution(chance.uniform(20, 500), chance.random(), DAY - timedelta(days=n)) for n in range(9)]
    expected = release(parts, rules())
    for _ in range(20):
        chance.shuffle(parts)
        assert release(parts, rules()) == expected


@pytest.mark.parametrize(
    ("evidence", "is_published"),
    [
        ((20, 20, 20, 20), True),
        ((20, 20, 20), False),  # without one tenant, two remain
        ((5000, 2, 2, 2, 2), False),  # tenants with single raters do not count
        ((5000, 20, 20), False),
        ((5000, 20, 20, 20), True),
        ((), False),
    ],
)
def test_cell_is_published_if_enough_tenants_remain_without_any_one(
    evidence: tuple[float, ...], is_published: bool
) -> None:
    assert (release([contribution(each) for each in evidence], rules()) is not None) is is_published


def test_raters_of_largest_tenant_do_not_count_for_threshold() -> None:
    parts = [contribution(each) for each in (5000, 20, 20, 20)]
    assert release(parts, rules(raters_min=60)) is not None
    assert release(parts, rules(raters_min=61)) is None


def test_exact_rules_publish_sum_of_one_tenant() -> None:
    exact = rules(tenants_min=1, raters_min=3)
    assert release([contribution(2)], exact) is None
    (found,) = [release([contribution(3, 0.75)], exact)]
    assert found is not None
    assert found.sums[:2] == (3 * GRID, 9 * GRID // 4)
    assert exact.noise_scale == 0


def test_first_output_is_that_of_the_median_tenant() -> None:
    parts = [contribution(50, first=DAY + timedelta(days=day)) for day in (0, 1, 2, 3)]
    attack = contribution(50, first=DAY - timedelta(days=3000))
    found = release([*parts, attack], rules())
    assert found is not None
    assert found.first_output_at == DAY + timedelta(days=1)


def test_laplace_noise_depends_on_key_and_all_parts() -> None:
    draw = laplace_noise(KEY, 1.0, "2026-03-01", "acme", "chat", "", "m", "", "good")
    assert draw == laplace_noise(KEY, 1.0, "2026-03-01", "acme", "chat", "", "m", "", "good")
    others = {
        laplace_noise(b"x" * 32, 1.0, "2026-03-01", "acme", "chat", "", "m", "", "good"),
        laplace_noise(KEY, 2.0, "2026-03-01", "acme", "chat", "", "m", "", "good"),
        laplace_noise(KEY, 1.0, "2026-03-02", "acme", "chat", "", "m", "", "good"),
        laplace_noise(KEY, 1.0, "2026-03-01", "acme", "", "chat", "m", "", "good"),
        laplace_noise(KEY, 1.0, "2026-03-01", "acme", "chat", "", "m", "", "bad"),
    }
    assert len(others - {draw}) == 5


def test_laplace_noise_has_its_scale_and_no_bias() -> None:
    draws = [laplace_noise(KEY, 2.0, str(number)) / GRID for number in range(20_000)]
    assert sum(map(abs, draws)) / len(draws) == pytest.approx(2.0, rel=0.05)
    assert sum(draws) / len(draws) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(("good", "bad"), [(1, 0), (0, 1)])
def test_one_rater_changes_probability_of_each_result_by_at_most_epsilon(good: int, bad: int) -> None:
    def histogram(evidence: int, score_sum: int, tag: str) -> Counter[tuple[int, int]]:
        found: Counter[tuple[int, int]] = Counter()
        for number in range(30_000):
            noised = noised_contribution(evidence * GRID, score_sum * GRID, DAY, KEY, 1.0, [tag, str(number)])
            up = noised.sums[1] / GRID
            found[round(up / 2), round((noised.evidence / GRID - up) / 2)] += 1
        return found

    without, with_rater = histogram(60, 30, "without"), histogram(60 + good + bad, 30 + good, "with")
    compared = [cell for cell in without if min(without[cell], with_rater[cell]) >= 500]
    assert len(compared) >= 5
    for cell in compared:
        assert abs(math.log(with_rater[cell] / without[cell])) <= 1.0 + 0.15


def test_single_rater_reaches_minimum_of_evidence_with_probability_delta_at_most() -> None:
    found = rules().evidence_min / GRID - 1
    assert (3 + found) * math.exp(-found) / 4 <= DELTA * 1.001
    assert 12 < found < 14
    loose, draws = 3.0, 20_000
    reached = sum(
        noised_contribution(GRID, GRID, DAY, KEY, 1.0, [str(number)]).evidence >= (1 + loose) * GRID
        for number in range(draws)
    )
    assert reached / draws <= (3 + loose) * math.exp(-loose) / 4 + 0.01


def test_period_start_is_a_multiple_of_the_period() -> None:
    daily, hourly = rules(), rules(period=timedelta(hours=1))
    now = DAY + timedelta(hours=7, minutes=12)
    assert (daily.period_start(now), hourly.period_start(now)) == (DAY, DAY + timedelta(hours=7))
