"""Sample ratio mismatch: whether users arrived in the planned shares. If not, something eats users, and no comparison
of what is left can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.analysis.effect import finite

ALARM_BELOW = 0.001


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Users of one epoch against the plan."""

    epoch: int
    p_value: float

    @property
    def alarm(self) -> bool:
        """Whether the shares are off beyond chance."""
        return self.p_value < ALARM_BELOW


def sample_ratio(users: Mapping[str, int], shares: Mapping[str, float], epoch: int = 1) -> SampleRatio:
    """Tests users by variant against planned shares, which need not add up to 1. Users of a variant without a share
    are a mismatch by themselves."""
    from scipy.stats import chisquare

    planned = {name: share for name, share in shares.items() if share > 0}
    if any(count > 0 for name, count in users.items() if name not in planned):
        return SampleRatio(epoch, 0.0)
    total = sum(users.get(name, 0) for name in planned)
    if total == 0 or len(planned) < 2:
        return SampleRatio(epoch, 1.0)
    scale = total / sum(planned.values())
    result = chisquare([users.get(name, 0) for name in planned], [share * scale for share in planned.values()])
    return SampleRatio(epoch, finite(result.pvalue, 1.0))
