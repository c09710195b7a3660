"""How strongly a level of the hierarchy should act on the next, from how far the cells of that level really differ.

Empirical Bayes by the method of moments (DerSimonian and Laird, "Meta-analysis in clinical trials", 1986; as prior
strength in Efron and Morris, "Data analysis using Stein's estimator", 1975). Units scatter around their cell's mean
with variance s2, cells around their parent's with variance t2; the parent then counts as much as

    strength = s2 / t2      units.
"""

from __future__ import annotations

from dataclasses import dataclass

CELLS_MIN, UNITS_MIN = 50, 1000
"""Fewer say nothing of how cells differ."""
STRENGTH_MIN, STRENGTH_MAX = 1.0, 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Sums over the cells of a level, grouped by their parents."""

    cells: int
    units: int
    within: float
    """Squared distances of units from their cell's mean."""
    within_freedom: int
    """Units less cells."""
    between: float
    """Squared distances of cells from their parent's mean, each cell as often as it has units."""
    between_freedom: int
    """Cells less parents."""
    spread: float
    """Sum over parents of N - (sum of n^2) / N: what the variance between cells is counted with in `between`."""


def strength(scatter: Scatter) -> float | None:
    """Returns the strength in units, within [1, 1000]; None when there is too little to tell by."""
    enough = scatter.cells >= CELLS_MIN and scatter.units >= UNITS_MIN
    if not enough or scatter.within_freedom <= 0 or scatter.between_freedom <= 0 or scatter.spread <= 0:
        return None
    of_units = scatter.within / scatter.within_freedom
    of_cells = (scatter.between - scatter.between_freedom * of_units) / scatter.spread
    if of_cells <= of_units / STRENGTH_MAX:
        return STRENGTH_MAX
    return max(of_units / of_cells, STRENGTH_MIN)
