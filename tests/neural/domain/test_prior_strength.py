"""Prior strengths fitted to simulated scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.prior_strength import (
    CELLS_MIN,
    STRENGTH_MAX,
    STRENGTH_MIN,
    UNITS_MIN,
    NoisedCell,
    VarianceSums,
    fit_strength,
    joined,
    noised_sums,
)

UNIT_VARIANCE = 0.09


def drawn(true_strength: float, cells: int, a_cell: int, seed: int) -> VarianceSums:
    """Returns the variance sums of simulated units in cells of one parent."""
    chance = np.random.default_rng(seed)
    means = chance.normal(0.6, (UNIT_VARIANCE / true_strength) ** 0.5, cells)
    sizes = chance.integers(max(a_cell // 2, 2), a_cell * 2, cells)
    scores = [chance.normal(mean, UNIT_VARIANCE**0.5, size) for mean, size in zip(means, sizes, strict=True)]
    units = int(sizes.sum())
    whole = float(np.concatenate(scores).mean())
    return VarianceSums(
        cells=cells,
        units=units,
        within=sum(float(((each - each.mean()) ** 2).sum()) for each in scores),
        within_freedom=units - cells,
        between=sum(len(each) * float((each.mean() - whole) ** 2) for each in scores),
        between_freedom=cells - 1,
        spread=units - float((sizes.astype(float) ** 2).sum()) / units,
    )


@pytest.mark.parametrize("true_strength", [3.0, 20.0, 80.0])
def test_fit_strength_finds_strength_of_simulated_scores(true_strength: float) -> None:
    found = [fit_strength(drawn(true_strength, 400, 40, seed)) for seed in range(20)]
    assert np.median([each for each in found if each is not None]) == pytest.approx(true_strength, rel=0.15)


def test_fit_strength_of_equal_cells_is_high() -> None:
    assert fit_strength(drawn(1e9, 200, 20, 1)) is not None
    found = [fit_strength(drawn(1e9, 200, 20, seed)) or 0.0 for seed in range(30)]
    assert np.median(found) >= 200


@given(
    st.integers(0, 200),
    st.integers(0, 5000),
    st.floats(0, 1e6),
    st.integers(-10, 5000),
    st.floats(0, 1e6),
    st.integers(-10, 200),
    st.floats(-10, 1e6),
)
def test_fit_strength_of_any_sums_is_within_limits(
    cells: int, units: int, within: float, freedom: int, between: float, cell_freedom: int, spread: float
) -> None:
    found = fit_strength(
        VarianceSums(
            cells=cells,
            units=units,
            within=within,
            within_freedom=freedom,
            between=between,
            between_freedom=cell_freedom,
            spread=spread,
        )
    )
    if cells < CELLS_MIN or units < UNITS_MIN:
        assert found is None
    assert found is None or STRENGTH_MIN <= found <= STRENGTH_MAX


@pytest.mark.parametrize("noise_scale", [0.0, 1.0])
def test_fit_strength_of_noised_cells_finds_strength(noise_scale: float) -> None:
    chance, strength, information = np.random.default_rng(5), 10.0, 2.4
    unit_variance = 0.6 * 0.4 / information
    found = []
    for _ in range(20):
        cells = []
        for _ in range(300):
            mean = float(np.clip(chance.normal(0.6, (unit_variance / strength) ** 0.5), 0.01, 0.99))
            mean = float(np.clip(chance.normal(mean, (unit_variance / 30) ** 0.5), 0.0, 1.0))
            good, bad = np.maximum([30 * mean, 30 * (1 - mean)] + chance.laplace(0, 1, 2) * noise_scale, 0.01)
            units = float(good + bad)
            cells.append(
                NoisedCell(task_type="t", domain_mode="d", model="m", units=units, mean=float(good) / units, noised=1)
            )
        found.append(fit_strength(noised_sums(cells, lambda cell: (cell.model,), noise_scale, information)))
    assert np.median([each for each in found if each is not None]) == pytest.approx(strength, rel=0.2)


def test_joined_cells_have_sums_of_their_cells() -> None:
    cells = [
        NoisedCell(task_type="t", domain_mode=domain, model="m", units=units, mean=mean, noised=1)
        for domain, units, mean in (("a", 30.0, 0.5), ("b", 10.0, 0.9))
    ]
    (found,) = joined(cells, lambda cell: (cell.task_type, cell.model))
    assert (found.units, found.noised) == (40.0, 2)
    assert found.mean == pytest.approx(0.6)
