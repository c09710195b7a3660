"""Test of the sample ratio: whether the observed shares of users match the planned shares.

A mismatch means that users are lost or duplicated, so that comparisons of the remaining users are biased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.analysis.effect import finite

MISMATCH_P_MAX = 0.001
"""p-value below which the sample ratio counts as a mismatch."""


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Test of the sample ratio in one epoch."""

    epoch: int
    p_value: float

    @property
    def is_mismatch(self) -> bool:
        """Whether the sample ratio is a mismatch."""
        return self.p_value < MISMATCH_P_MAX


def sample_ratio(users: Mapping[str, int], shares: Mapping[str, float], epoch: int = 1) -> SampleRatio:
    """Returns the chi-square test of users by variant against planned shares, which need not add up to 1.

    The p-value is 0 when a variant without a planned share has users, and 1 without any users.
    """
    planned = {name: share for name, share in shares.items() if share > 0}
    if any(count > 0 for name, count in users.items() if name not in planned):
        return SampleRatio(epoch, 0.0)
    total = sum(users.get(name, 0) for name in planned)
    if total == 0 or len(planned) < 2:
        return SampleRatio(epoch, 1.0)
    from scipy.stats import chisquare

    scale = total / sum(planned.values())
    result = chisquare([users.get(name, 0) for name in planned], [share * scale for share in planned.values()])
    return SampleRatio(epoch, finite(result.pvalue, 1.0))
