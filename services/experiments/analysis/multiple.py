"""Many comparisons at once: Holm keeps the chance of any false find, Benjamini and Hochberg their share."""

from __future__ import annotations

from collections.abc import Sequence

from statsmodels.stats.multitest import multipletests


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p adjusted by Holm's step-down, in the order given."""
    return _adjusted(p_values, "holm")


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Returns p adjusted for the false discovery rate, in the order given."""
    return _adjusted(p_values, "fdr_bh")


def _adjusted(p_values: Sequence[float], method: str) -> list[float]:
    """Adjusts by a method of statsmodels, which refuses an empty list."""
    return [float(each) for each in multipletests(list(p_values), method=method)[1]] if p_values else []
