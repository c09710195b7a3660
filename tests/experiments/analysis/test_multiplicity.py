"""Adjustment of p-values for multiple comparisons."""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from experiments.analysis.multiplicity import benjamini_hochberg, holm

P_VALUES = [0.01, 0.04, 0.03, 0.005, 0.55, 0.6]


def test_holm_returns_known_values() -> None:
    assert holm(P_VALUES) == pytest.approx([0.05, 0.12, 0.12, 0.03, 1.0, 1.0])


def test_benjamini_hochberg_returns_known_values() -> None:
    assert benjamini_hochberg(P_VALUES) == pytest.approx([0.03, 0.06, 0.06, 0.03, 0.6, 0.6])


def test_adjustment_of_no_p_values_returns_empty_list() -> None:
    assert holm([]) == benjamini_hochberg([]) == []


@pytest.fixture
def without_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents the collection of garbage by statsmodels in each call, which takes 0.2 s."""
    monkeypatch.setattr(gc, "collect", lambda: 0)


@pytest.mark.usefixtures("without_collection")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
