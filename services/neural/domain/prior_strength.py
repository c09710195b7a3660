"""Strength of a prior, fitted to the variance between the cells of a level.

Empirical Bayes by the method of moments (DerSimonian and Laird, "Meta-analysis in clinical trials", 1986; as prior
strength in Efron and Morris, "Data analysis using Stein's estimator", 1975). With s2 the variance of units within their
cell and t2 the variance of cells within their parent, the parent counts as

    strength = s2 / t2      units.
"""

from __future__ import annotations

from dataclasses import dataclass

CELLS_MIN, UNITS_MIN = 50, 1000
"""With fewer cells or units no strength is fitted."""
STRENGTH_MIN, STRENGTH_MAX = 1.0, 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceSums:
    """Sums of squares over the cells of a level, grouped by parent."""

    cells: int
    units: int
    within: float
    """Sum of squared distances of units from the mean of their cell."""
    within_freedom: int
    """Degrees of freedom: units minus cells."""
    between: float
    """Sum of squared distances of cells from the mean of their parent, weighted by the number of units."""
    between_freedom: int
    """Degrees of freedom: cells minus parents."""
    spread: float
    """Coefficient of the variance between cells in `between`: the sum of N - (sum of n^2) / N over parents."""


def fit_strength(sums: VarianceSums) -> float | None:
    """Returns the strength in units, limited to [1, 1000], or None with too little data."""
    enough = sums.cells >= CELLS_MIN and sums.units >= UNITS_MIN
    if not enough or sums.within_freedom <= 0 or sums.between_freedom <= 0 or sums.spread <= 0:
        return None
    of_units = sums.within / sums.within_freedom
    of_cells = (sums.between - sums.between_freedom * of_units) / sums.spread
    if of_cells <= of_units / STRENGTH_MAX:
        return STRENGTH_MAX
    return max(of_units / of_cells, STRENGTH_MIN)
