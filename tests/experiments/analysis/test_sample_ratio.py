"""Test of the sample ratio."""

from __future__ import annotations

import pytest

from experiments.analysis.sample_ratio import sample_ratio

EVEN = {"control": 0.5, "treatment": 0.5}


@pytest.mark.parametrize(
    ("control", "treatment", "p_value", "alarm"),
    [(1000, 1200, 0.000020079, True), (135, 115, 0.205903211, False), (0, 0, 1.0, False), (500, 500, 1.0, False)],
)
def test_sample_ratio_of_even_groups_returns_known_values(
    control: int, treatment: int, p_value: float, alarm: bool
) -> None:
    ratio = sample_ratio({"control": control, "treatment": treatment}, EVEN, epoch=3)
    assert ratio.p_value == pytest.approx(p_value, abs=5e-10)
    assert (ratio.is_mismatch, ratio.epoch) == (alarm, 3)


def test_sample_ratio_with_shares_below_one_uses_their_proportions() -> None:
    users = {"control": 1010, "a": 500, "b": 490}
    assert sample_ratio(users, {"control": 0.1, "a": 0.05, "b": 0.05}).p_value > 0.5
    assert sample_ratio(users, {"control": 0.1, "a": 0.06, "b": 0.04}).is_mismatch


def test_sample_ratio_of_missing_or_unplanned_group_is_mismatch() -> None:
    assert sample_ratio({"treatment": 100}, EVEN).is_mismatch
    assert sample_ratio({"control": 1, "treatment": 100}, {"control": 0.0, "treatment": 1.0}).is_mismatch
    assert not sample_ratio({"treatment": 100}, {"control": 0.0, "treatment": 1.0}).is_mismatch
