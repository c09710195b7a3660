"""Sample size of an experiment."""

from __future__ import annotations

import pytest

from experiments.domain.sample_size import plan_sample_size
from kit.errors import Invalid


def test_sample_size_returns_known_values() -> None:
    assert plan_sample_size(0.10, 0.02).users_per_group == 3835
    assert plan_sample_size(0.10, 0.02).days == 0.0


def test_sample_size_in_days_depends_on_the_smallest_group() -> None:
    assert plan_sample_size(0.10, 0.02, users_per_day=1000).days == pytest.approx(7.67)
    assert plan_sample_size(0.10, 0.02, users_per_day=1000, traffic=0.1).days == pytest.approx(38.35)
    assert plan_sample_size(0.10, 0.02, users_per_day=1000, traffic=0.9).days == pytest.approx(38.35)
    assert plan_sample_size(0.10, 0.02, users_per_day=1000, treatments=2).days == pytest.approx(15.34)


def test_sample_size_with_invalid_numbers_names_every_field() -> None:
    with pytest.raises(Invalid) as caught:
        plan_sample_size(1.0, 0.0, alpha=0.0, power=1.0, traffic=1.0)
    named = {each.field for each in caught.value.violations}
    assert named == {"baseline_rate", "effect", "alpha", "power", "traffic_percentage"}
