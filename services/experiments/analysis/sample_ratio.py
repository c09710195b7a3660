"""Test of the sample ratio: whether the observed shares of users match the planned shares.

A mismatch means that users are lost or duplicated, so that comparisons of the remaining users are biased.

Sequential multinomial test (Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022). For
n_i users of the variant with the share θ_i, n users in all, and a weight k, the shares have the prior Dirichlet(k θ):

    E = ∏ Γ(k θ_i + n_i) / Γ(k θ_i) · Γ(k) / Γ(k + n) / ∏ θ_i^n_i        p = 1 / E, at most 1

E is averaged over two weights: the small one detects large mismatches early, the large one small mismatches of many
users. With the planned shares, E starts at 1 and is a martingale for every number of users, so that the probability
that p is ever below a level is at most the level (Ville's inequality). It is exact for small counts. None of the
statistics libraries in use has this method.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MISMATCH_P_MAX = 0.001
"""p-value below which the sample ratio counts as a mismatch."""
PRIOR_WEIGHTS = (10.0, 10_000.0)
"""Weights of the priors, in users."""
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
    """Valid at every interim analysis."""

    @property
    def is_mismatch(self) -> bool:
        """Whether the sample ratio is a mismatch."""
        return self.p_value < MISMATCH_P_MAX


def sample_ratio(users: Mapping[str, int], shares: Mapping[str, float], epoch: int = 1) -> SampleRatio:
    """Returns the test of users by variant against planned shares, which need not add up to 1.

    The p-value is 0 when a variant without a planned share has users, and 1 without any users.
    """
    planned = {name: share for name, share in shares.items() if share > 0}
    if any(count > 0 for name, count in users.items() if name not in planned):
        return SampleRatio(epoch, 0.0)
    total = sum(users.get(name, 0) for name in planned)
    if total == 0 or len(planned) < 2:
        return SampleRatio(epoch, 1.0)
    whole = sum(planned.values())
    counts = [(users.get(name, 0), share / whole) for name, share in planned.items()]
    evidence = [_log_evidence(counts, total, weight) for weight in PRIOR_WEIGHTS]
    largest = max(evidence)
    mean = largest + math.log(sum(math.exp(each - largest) for each in evidence) / len(evidence))
    return SampleRatio(epoch, math.exp(-max(mean, 0.0)))


def _log_evidence(counts: Iterable[tuple[int, float]], total: int, weight: float) -> float:
    """Returns log E for the users of each variant, with their shares, and one weight of the prior."""
    terms = [
        math.lgamma(weight * share + count) - math.lgamma(weight * share) - count * math.log(share)
        for count, share in counts
    ]
    return math.fsum([*terms, math.lgamma(weight), -math.lgamma(weight + total)])


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
