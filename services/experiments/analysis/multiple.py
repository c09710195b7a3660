"""Many comparisons at once: Holm keeps the chance of any false find, Benjamini and Hochberg their share."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p adjusted by Holm's step-down, in the order given."""
    from statsmodels.stats.multitest import multipletests

    if len(p_values) < 2:  # also spares the library's garbage collection, tens of milliseconds a call
        return list(p_values)
    return [float(each) for each in multipletests(list(p_values), method="holm")[1]]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Returns p adjusted for the false discovery rate, in the order given."""
    from scipy.stats import false_discovery_control

    return [float(each) for each in false_discovery_control(list(p_values))] if p_values else []
