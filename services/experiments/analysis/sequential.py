"""Asymptotic confidence sequence: an interval that holds at every look at once, so that peeking costs nothing.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences" (arXiv:2103.06476, 2021; Annals of Statistics, 2024), theorem 2.2. With n users, a difference D of standard
error s, and V = n s²:

    D ± √V · √( 2 (n ρ² + 1) / (n ρ)² · log( √(n ρ² + 1) / α ) )

    ρ² = ( -2 log α + log(-2 log α + 1) ) / N*        tightest about N* users
    p  = √(n ρ² + 1) · exp( -n² ρ² D² / (2 V (n ρ² + 1)) ), at most 1

The only statistic of this package that no library it uses has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.analysis.effect import Effect

BOUND = 1e300
"""Stands for no bound, where infinity would not survive every encoding."""
TUNING = 5000
"""Users about which the sequence is tightest."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where the difference lies, whenever one looks."""

    low: float
    high: float
    p_value: float
    """Valid at every look; 1 when nothing can be said."""

    def excludes(self, difference: float) -> bool:
        """Tells whether a difference is ruled out."""
        return self.p_value < 1 and not self.low <= difference <= self.high


def confidence_sequence(
    difference: float, error: float, users: int, alpha: float = 0.05, tuning: int = TUNING
) -> Sequence:
    """Returns interval and p of a difference with its standard error over all users of both groups.

    Without any error there is nothing to say: p is 1 and the interval is BOUND on both sides.
    """
    if users < 2 or error <= 0:
        return Sequence(-BOUND, BOUND, 1.0)
    rate = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / tuning
    grown = users * rate + 1
    spread = users * error**2
    radius = math.sqrt(spread * 2 * grown / (users**2 * rate) * math.log(math.sqrt(grown) / alpha))
    exponent = users**2 * rate * difference**2 / (2 * spread * grown)
    p_value = math.sqrt(grown) * math.exp(-exponent) if exponent < 700 else 0.0
    return Sequence(difference - radius, difference + radius, min(p_value, 1.0))


def sequence_of(effect: Effect, alpha: float = 0.05, tuning: int = TUNING) -> Sequence:
    """Returns the sequence of an effect."""
    return confidence_sequence(effect.difference, effect.error, effect.users, alpha, tuning)
