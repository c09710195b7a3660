"""Adjustment of p-values for multiple comparisons."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns the p-values adjusted by Holm's step-down method, in the given order: controls the family-wise error."""
    if len(p_values) < 2:  # also avoids a garbage collection in the library, which takes tens of milliseconds
        return list(p_values)
    from statsmodels.stats.multitest import multipletests

    return [float(each) for each in multipletests(list(p_values), method="holm")[1]]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Returns the p-values adjusted by Benjamini and Hochberg, in the given order: controls false discoveries."""
    if not p_values:
        return []
    from scipy.stats import false_discovery_control

    return [float(each) for each in false_discovery_control(list(p_values))]
