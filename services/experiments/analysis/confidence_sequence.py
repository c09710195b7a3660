"""Asymptotic confidence sequence: an interval that is valid at every interim analysis.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences" (arXiv:2103.06476, 2021; Annals of Statistics, 2024), theorem 2.2. For n users, a difference D with standard
error s, and V = n s²:

    D ± √V · √( 2 (n ρ² + 1) / (n ρ)² · log( √(n ρ² + 1) / α ) )

    ρ² = ( -2 log α + log(-2 log α + 1) ) / N*        narrowest near N* users
    p  = √(n ρ² + 1) · exp( -n² ρ² D² / (2 V (n ρ² + 1)) ), at most 1

The one-sided p-value of "not worse" against a gain D < 0 mixes over the half of the normal distribution on the side of
a loss. With x² / 2 the exponent above, the mixture 2 Φ(x) exp(x² / 2) / √(n ρ² + 1) starts at 1 and is a
supermartingale, so that its inverse is a p-value at every interim analysis (Ville's inequality). As
1 - Φ(x) ≤ exp(-x² / 2) / 2:

    p  = √(n ρ² + 1) / ( 2 exp(x² / 2) - 1 ), at most 1

None of the statistics libraries in use has this method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.analysis.effect import Effect, interval

TUNING_USERS = 5000
"""Number of users at which the sequence is narrowest."""
LOSS_TUNING_USERS = 2000
"""Number of users of both groups at which the one-sided p-value has most power: a regression should be found early."""


@dataclass(frozen=True, slots=True)
class ConfidenceSequence:
    """Interval of the difference, valid at every interim analysis."""

    low: float | None
    """Lower bound; None when the interval is unbounded."""
    high: float | None
    """Upper bound; None when the interval is unbounded."""
    p_value: float
    """Valid at every interim analysis; 1 when the interval is unbounded."""

    def excludes(self, difference: float) -> bool:
        """Returns whether the difference lies outside of the interval."""
        return self.low is not None and self.high is not None and not self.low <= difference <= self.high


UNBOUNDED = ConfidenceSequence(None, None, 1.0)
"""Sequence of an unknown difference."""


def confidence_sequence(
    difference: float, error: float, users: int, alpha: float = 0.05, tuning_users: int = TUNING_USERS
) -> ConfidenceSequence:
    """Returns the sequence of a difference with its standard error, where `users` counts both groups.

    Below two users, or without a standard error, the p-value is 1 and the interval is unbounded.
    """
    if users < 2 or error <= 0:
        return UNBOUNDED
    rho_squared = _rho_squared(alpha, tuning_users)
    growth = users * rho_squared + 1
    radius = error * math.sqrt(2 * growth / (users * rho_squared) * math.log(math.sqrt(growth) / alpha))
    low, high = interval(difference, radius)
    if low is None:
        return UNBOUNDED
    statistic = difference / error
    exponent = users * rho_squared * statistic * statistic / (2 * growth)
    p_value = math.sqrt(growth) * math.exp(-exponent) if exponent < 700 else 0.0
    return ConfidenceSequence(low, high, min(p_value, 1.0))


def sequence_of(effect: Effect, alpha: float = 0.05, tuning_users: int = TUNING_USERS) -> ConfidenceSequence:
    """Returns the confidence sequence of an effect; it is unbounded when a group has fewer than two users."""
    if effect.users_min < 2:
        return UNBOUNDED
    return confidence_sequence(effect.difference, effect.error, effect.users, alpha, tuning_users)


def loss_p_value(
    gain: float, error: float, users: int, alpha: float = 0.05, tuning_users: int = LOSS_TUNING_USERS
) -> float:
    """Returns the one-sided p-value of the null hypothesis "the gain is 0 or more", valid at every interim analysis.

    `alpha` is the level at which the p-value will be compared; it affects the power alone. The p-value is 1 for a gain
    of 0 or more, below two users, and without variance.
    """
    if users < 2 or error <= 0 or gain >= 0:
        return 1.0
    rho_squared = _rho_squared(min(2 * alpha, 0.5), tuning_users)
    growth = users * rho_squared + 1
    statistic = gain / error
    exponent = users * rho_squared * statistic * statistic / (2 * growth)
    return min(math.sqrt(growth) / (2 * math.exp(exponent) - 1), 1.0) if exponent < 700 else 0.0


def hull(sequences: Sequence[ConfidenceSequence]) -> ConfidenceSequence:
    """Returns the smallest interval that contains all sequences, with the greatest p-value."""
    low = [each.low for each in sequences if each.low is not None]
    high = [each.high for each in sequences if each.high is not None]
    if min(len(low), len(high)) < len(sequences):
        return UNBOUNDED
    return ConfidenceSequence(min(low), max(high), max(each.p_value for each in sequences))


def _rho_squared(alpha: float, tuning_users: int) -> float:
    return (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / tuning_users
