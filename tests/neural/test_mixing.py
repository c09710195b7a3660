"""The Brain's formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.blend import mix, neural_weight

shares = st.floats(0, 1)
thresholds = st.floats(0.01, 1)


@given(shares, shares, shares, thresholds)
def test_the_formula(brain: float, neural: float, confidence: float, threshold: float) -> None:
    weight = 0.35 * min(1, confidence / threshold)
    assert mix(brain, neural, confidence, threshold) == pytest.approx((1 - weight) * brain + weight * neural)
    assert min(brain, neural) - 1e-12 <= mix(brain, neural, confidence, threshold) <= max(brain, neural) + 1e-12


@pytest.mark.parametrize(("confidence", "weight"), [(0.0, 0.0), (0.25, 0.175), (0.5, 0.35), (1.0, 0.35)])
def test_the_weight_grows_until_the_threshold(confidence: float, weight: float) -> None:
    assert neural_weight(confidence, 0.5) == pytest.approx(weight)
    assert mix(0.8, 0.2, confidence, 0.5) == pytest.approx(0.8 - 0.6 * weight)
