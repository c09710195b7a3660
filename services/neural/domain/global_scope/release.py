"""Release of global scores: limited influence of a rater and of a tenant, and differential privacy for each rater.

The rules apply in this order to each cell (model version in one context):

1. A rater counts for at most one unit of the cell's evidence (`RATER_UNITS_MAX`).
2. The good evidence (score sum) and the bad evidence (evidence minus score sum) of each tenant get independent Laplace
   noise of scale 1 / epsilon (Dwork and Roth, "The Algorithmic Foundations of Differential Privacy", 2014, definition
   3.3 and theorem 3.6). With all feedback of a rater or without it, the two sums differ by at most 1 in total, so that
   the pair is epsilon-differentially private for the rater. Noise is drawn once per tenant, cell and period.
3. Only tenants whose noised evidence reaches `evidence_min` count. A single rater reaches it with a probability of at
   most DELTA.
4. A cell is published if `tenants_min` tenants with `raters_min` units of evidence remain after the removal of any one
   tenant. A unit of evidence stands for at least one rater.
5. No tenant counts for more than `share_max` of the published evidence.

Steps 3 to 5 use the noised sums only. They are post-processing, which does not weaken the guarantee (proposition 2.1).
With `tenants_min` 1 the sums are exact, and one tenant is enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from neural.domain.global_scope.noise import GRID, laplace_noise, tail_quantile

RATER_UNITS_MAX = 1.0
"""Evidence of one rater that counts in a cell, in units."""
DELTA = 1e-5
"""Largest probability that the evidence of one rater is enough for its tenant to count in a cell."""
SUMS_COUNT, COUNTS_COUNT = 8, 6
"""Lengths of the sums and counts of a cell, in the order of `neural.domain.cells.SUMS` and `COUNTS`."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ReleaseRules:
    """Limits and noise of the published global scores."""

    tenants_min: int
    """Tenants that a cell needs beside any one tenant; 1 for exact scores."""
    raters_min: int
    share_max: float
    """Largest share of one tenant in the evidence of a cell. With T tenants, at least 1 / T applies."""
    epsilon: float
    period: timedelta
    """Time between two publications."""

    @property
    def is_exact(self) -> bool:
        """Whether sums are published without noise."""
        return self.tenants_min == 1

    @property
    def noise_scale(self) -> float:
        """Scale of the Laplace noise in units; 0 without noise."""
        return 0.0 if self.is_exact else RATER_UNITS_MAX / self.epsilon

    @cached_property
    def evidence_min(self) -> int:
        """Noised evidence from which a tenant counts, in grid steps."""
        return 1 if self.is_exact else math.ceil((RATER_UNITS_MAX + self.noise_scale * tail_quantile(DELTA)) * GRID)

    def period_start(self, now: datetime) -> datetime:
        """Returns the start of the period that contains a time."""
        return now - (now - _EPOCH) % self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantContribution:
    """Contribution of one tenant to a global cell, noise included. Sums are in grid steps."""

    sums: tuple[int, ...]
    """Evidence, score sum, and both by aspect, in the order of `neural.domain.cells.SUMS`."""
    counts: tuple[int, ...]
    raters: int
    first_output_at: datetime
    last_output_at: datetime | None = None
    """None if unknown."""

    @property
    def evidence(self) -> int:
        """Evidence in grid steps."""
        return self.sums[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCell:
    """A published global cell: the limited sums of the tenants that count."""

    sums: tuple[int, ...]
    counts: tuple[int, ...]
    raters: int
    tenants: int
    first_output_at: datetime
    """Median over the tenants, by which versions of a model are ordered. One tenant cannot choose it."""
    last_output_at: datetime | None = None
    """Median over the tenants; None if it is unknown for one of them."""


def noised_contribution(
    evidence: int, score_sum: int, first_output_at: datetime, key: bytes, scale: float, parts: Sequence[str]
) -> TenantContribution:
    """Returns the contribution with noise. All its numbers are computed from the two noised sums."""
    good = max(score_sum + laplace_noise(key, scale, *parts, "good"), 0)
    bad = max(evidence - score_sum + laplace_noise(key, scale, *parts, "bad"), 0)
    return TenantContribution(
        sums=(good + bad, good, *[0] * (SUMS_COUNT - 2)),
        counts=derived_counts(good + bad, good),
        raters=round((good + bad) / GRID),
        first_output_at=first_output_at,
    )


def derived_counts(evidence: int, score_sum: int) -> tuple[int, ...]:
    """Returns the counts that stand for noised sums: units, and those among them that are up and down."""
    total, positive = round(evidence / GRID), round(score_sum / GRID)
    return positive, max(total - positive, 0), 0, 0, 0, total


def release(contributions: Sequence[TenantContribution], rules: ReleaseRules) -> PublishedCell | None:
    """Returns the published form of a cell, or None if it is not published. The order of tenants does not matter."""
    counting = [each for each in contributions if each.evidence >= rules.evidence_min]
    if not _is_published(counting, rules):
        return None
    limit = evidence_limit([each.evidence for each in counting], rules.share_max)
    limited = [tuple(part * min(each.evidence, limit) // each.evidence for part in each.sums) for each in counting]
    sums = tuple(map(sum, zip(*limited, strict=True)))
    counts = tuple(map(sum, zip(*(each.counts for each in counting), strict=True)))
    firsts = sorted(each.first_output_at for each in counting)
    lasts = sorted(each.last_output_at for each in counting if each.last_output_at is not None)
    return PublishedCell(
        sums=sums,
        counts=counts if rules.is_exact else derived_counts(sums[0], sums[1]),
        raters=sum(each.raters for each in counting),
        tenants=len(counting),
        first_output_at=firsts[(len(firsts) - 1) // 2],
        last_output_at=lasts[(len(lasts) - 1) // 2] if len(lasts) == len(counting) else None,
    )


def _is_published(counting: Sequence[TenantContribution], rules: ReleaseRules) -> bool:
    if rules.is_exact:
        return len(counting) >= 1 and sum(each.raters for each in counting) >= rules.raters_min
    evidence = [each.evidence for each in counting]
    others = sum(evidence) - max(evidence, default=0)
    return len(counting) - 1 >= rules.tenants_min and others >= rules.raters_min * GRID


def evidence_limit(evidence: Sequence[int], share_max: float) -> int:
    """Returns the largest limit c for which no min(e, c) exceeds a share of the sum of all min(e, c).

    The share is `share_max`, or 1 / T with T tenants if that is larger. With the m largest limited, c is
    share (m c + rest), so that c = share rest / (1 - share m) (water-filling).

    A tenant that joins, or adds evidence, raises no other tenant's share. The shares before and after therefore differ
    by at most its own share in total variation, and the mean, which is in [0, 1], moves by at most that share.
    """
    ordered = sorted(evidence, reverse=True)
    share = max(Fraction(share_max).limit_denominator(10**6), Fraction(1, len(ordered)))
    rest = sum(ordered)
    limit = ordered[0]
    for limited, largest in enumerate(ordered):
        limit = math.floor(share * rest / (1 - share * limited)) if share * limited < 1 else largest
        if largest <= limit:
            return largest if limited == 0 else limit
        rest -= largest
    return limit
