"""Outcomes of made-up users as summaries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from splits.model import POSITIVE_RATE, Covariate, OutcomeSummary, summarize_single

Floats = NDArray[np.float64]


def rate(variant: str, positive: int, users: int, epoch: int = 1, metric: str = POSITIVE_RATE) -> OutcomeSummary:
    """Summarises users of whom some were positive."""
    return summarize_single(variant=variant, metric=metric, users=users, total=positive, squares=positive, epoch=epoch)


def numbers(variant: str, values: Sequence[float] | Floats, metric: str, epoch: int = 1) -> OutcomeSummary:
    """Summarises users with one number each."""
    array = np.asarray(values, dtype=float)
    return summarize_single(
        variant=variant,
        metric=metric,
        users=len(array),
        total=float(array.sum()),
        squares=float((array**2).sum()),
        epoch=epoch,
    )


def clustered(
    variant: str, users: Floats, values: Floats, weights: Floats, pre: Floats | None = None, metric: str = POSITIVE_RATE
) -> OutcomeSummary:
    """Summarises outcomes of users numbered from 0; `pre` is by user."""
    size = int(users.max()) + 1
    places = users.astype(int)
    y = np.bincount(places, weights * values, size)
    m = np.bincount(places, weights, size)
    covariate = None
    if pre is not None:
        covariate = Covariate(
            sum_x=float(pre.sum()), sum_xx=float(pre @ pre), sum_xy=float(pre @ y), sum_xm=float(pre @ m)
        )
    return OutcomeSummary(
        epoch=1,
        variant=variant,
        metric=metric,
        users=size,
        sum_y=float(y.sum()),
        sum_m=float(m.sum()),
        sum_yy=float(y @ y),
        sum_mm=float(m @ m),
        sum_ym=float(y @ m),
        sumsq=float((weights * values**2).sum()),
        pre=covariate,
    )
