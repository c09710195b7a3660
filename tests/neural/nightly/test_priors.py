"""Prior strengths are found again from scores that were drawn with them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.prior_strength import CELLS_MIN, STRENGTH_MAX, STRENGTH_MIN, UNITS_MIN, Scatter, strength

UNIT_VARIANCE = 0.09


def drawn(true_strength: float, cells: int, a_cell: int, seed: int) -> Scatter:
    """Draws units of cells around one parent and sums up how they scatter."""
    chance = np.random.default_rng(seed)
    means = chance.normal(0.6, (UNIT_VARIANCE / true_strength) ** 0.5, cells)
    sizes = chance.integers(max(a_cell // 2, 2), a_cell * 2, cells)
    scores = [chance.normal(mean, UNIT_VARIANCE**0.5, size) for mean, size in zip(means, sizes, strict=True)]
    units = int(sizes.sum())
    whole = float(np.concatenate(scores).mean())
    return Scatter(
        cells=cells,
        units=units,
        within=sum(float(((each - each.mean()) ** 2).sum()) for each in scores),
        within_freedom=units - cells,
        between=sum(len(each) * float((each.mean() - whole) ** 2) for each in scores),
        between_freedom=cells - 1,
        spread=units - float((sizes.astype(float) ** 2).sum()) / units,
    )


@pytest.mark.parametrize("true_strength", [3.0, 20.0, 80.0])
def test_the_strength_is_found_again(true_strength: float) -> None:
    found = [strength(drawn(true_strength, 400, 40, seed)) for seed in range(20)]
    assert np.median([each for each in found if each is not None]) == pytest.approx(true_strength, rel=0.15)


def test_cells_that_do_not_differ_are_one() -> None:
    assert strength(drawn(1e9, 200, 20, 1)) is not None
    found = [strength(drawn(1e9, 200, 20, seed)) or 0.0 for seed in range(30)]
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
def test_whatever_the_sums_it_is_in_bounds(
    cells: int, units: int, within: float, freedom: int, between: float, cell_freedom: int, spread: float
) -> None:
    found = strength(
        Scatter(
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
