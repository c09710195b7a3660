"""Test of the sample ratio: whether the observed shares of users match the planned shares.

A mismatch means that users are lost or duplicated, so that comparisons of the remaining users are biased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from experiments.analysis.effect import finite

MISMATCH_P_MAX = 0.001
"""p-value below which the sample ratio counts as a mismatch."""
EXPECTED_MIN = 5.0
"""Smallest expected number of users per variant for the test of a stratum."""
STRATA_MIN = 3
"""Smallest number of strata from which some can be left out."""
EXCLUDED_SHARE_MAX = 1 / 3
"""Largest share of strata that are left out. Beyond it, the mismatch concerns the experiment."""
Exposures = Mapping[int, Mapping[str, int]]
"""Users by epoch and variant."""


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


def mismatched_strata(exposures: Mapping[str, Exposures], shares: Mapping[int, Mapping[str, float]]) -> frozenset[str]:
    """Returns the strata whose sample ratio is a mismatch in an epoch, adjusted over all tests (Bonferroni).

    In these strata, users are invented or lost. The analysis leaves the strata out; otherwise it would give no verdict
    at all. Returns none for fewer than STRATA_MIN strata, and if more than EXCLUDED_SHARE_MAX of them are
    affected.
    """
    if len(exposures) < STRATA_MIN:
        return frozenset()
    p_values = [
        (stratum, sample_ratio(users, shares[epoch], epoch).p_value)
        for stratum, epochs in exposures.items()
        for epoch, users in epochs.items()
        if _expected_min(users, shares[epoch]) >= EXPECTED_MIN
    ]
    found = frozenset(stratum for stratum, p_value in p_values if p_value * len(p_values) < MISMATCH_P_MAX)
    return found if len(found) <= EXCLUDED_SHARE_MAX * len(exposures) else frozenset()


def total_users(strata: Iterable[Exposures]) -> dict[int, dict[str, int]]:
    """Returns the users of all strata by epoch and variant."""
    total: dict[int, dict[str, int]] = {}
    for epochs in strata:
        for epoch, users in epochs.items():
            counts = total.setdefault(epoch, {})
            for variant, count in users.items():
                counts[variant] = counts.get(variant, 0) + count
    return total


def _expected_min(users: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """Returns the smallest expected number of users of a variant."""
    planned = [share for share in shares.values() if share > 0]
    return sum(users.values()) * min(planned) / sum(planned) if planned else 0.0
