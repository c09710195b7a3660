"""Strength of a prior, fitted to the variance between the cells of a level.

Empirical Bayes by the method of moments (DerSimonian and Laird, "Meta-analysis in clinical trials", 1986; as prior
strength in Efron and Morris, "Data analysis using Stein's estimator", 1975). With s2 the variance of units within their
cell and t2 the variance of cells within their parent, the parent counts as

    strength = s2 / t2      units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisedCell:
    """A cell whose sums have Laplace noise."""

    task_type: str
    domain_mode: str
    model: str
    units: float
    """Evidence, noise included."""
    mean: float
    noised: int
    """Number of sums in the cell that have noise of their own."""

    @property
    def scatter(self) -> float:
        """Sum of the variances of good and bad units in the mean, for noise of variance 1, times squared units."""
        return self.noised * (self.mean**2 + (1 - self.mean) ** 2)


Parent = Callable[[NoisedCell], Sequence[str]]


def noised_sums(cells: Iterable[NoisedCell], parent_of: Parent, noise_scale: float, information: float) -> VarianceSums:
    """Returns the variance sums of cells grouped by parent.

    The variance of units is not known: a unit counts as `information` Bernoulli trials. The variance that the noise
    adds to the means of cells (2 b^2 for Laplace noise of scale b) is subtracted.
    """
    groups: dict[Sequence[str], list[NoisedCell]] = defaultdict(list)
    for cell in cells:
        groups[parent_of(cell)].append(cell)
    every = [cell for group in groups.values() for cell in group]
    units = sum(cell.units for cell in every)
    between = spread = 0.0
    for group in groups.values():
        total = sum(cell.units for cell in group)
        center = sum(cell.units * cell.mean for cell in group) / total
        between += sum(cell.units * (cell.mean - center) ** 2 for cell in group)
        spread += total - sum(cell.units**2 for cell in group) / total
    between -= sum(2 * noise_scale**2 * cell.scatter / cell.units for cell in every)
    return VarianceSums(
        cells=len(every),
        units=round(units),
        within=sum(cell.units * cell.mean * (1 - cell.mean) for cell in every) / information,
        within_freedom=round(units) - len(every),
        between=max(between, 0.0),
        between_freedom=len(every) - len(groups),
        spread=spread,
    )


def joined(cells: Iterable[NoisedCell], parent_of: Parent) -> list[NoisedCell]:
    """Returns one cell per parent, with the sums of its cells. Its context is that of one of them."""
    groups: dict[Sequence[str], list[NoisedCell]] = defaultdict(list)
    for cell in cells:
        groups[parent_of(cell)].append(cell)
    return [
        NoisedCell(
            task_type=group[0].task_type,
            domain_mode=group[0].domain_mode,
            model=group[0].model,
            units=sum(cell.units for cell in group),
            mean=sum(cell.units * cell.mean for cell in group) / sum(cell.units for cell in group),
            noised=sum(cell.noised for cell in group),
        )
        for group in groups.values()
    ]
