"""Samples by hand and by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from neural.evaluation.estimators import Sample

chances = st.floats(0.01, 1)
scores = st.floats(0, 1)


def sample(
    rewards: Sequence[float],
    logged: Sequence[float],
    target: Sequence[float],
    predicted: Sequence[float] = (),
    expected: Sequence[float] = (),
    users: Sequence[int] = (),
) -> Sample:
    """Makes a sample; without a model it predicts nothing, without users each event is another's."""
    nothing = [0.0] * len(rewards)
    return Sample(
        rewards=np.array(rewards, np.float64),
        logged=np.array(logged, np.float64),
        target=np.array(target, np.float64),
        predicted=np.array(predicted or nothing, np.float64),
        expected=np.array(expected or nothing, np.float64),
        users=np.array(users or range(len(rewards)), np.int64),
    )


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Draws a sample of some events of a few users, one of them at least under the target policy."""
    size = draw(st.integers(2, 12))

    def column(of: st.SearchStrategy[float]) -> list[float]:
        return draw(st.lists(of, min_size=size, max_size=size))

    target = [draw(chances), *column(st.one_of(st.just(0.0), chances))[1:]]
    users = [0, 1, *draw(st.lists(st.integers(0, 3), min_size=size - 2, max_size=size - 2))]
    _, dense = np.unique(np.array(users), return_inverse=True)
    return sample(column(scores), column(chances), target, column(scores), column(scores), [int(u) for u in dense])
