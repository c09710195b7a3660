"""Exact sums of decayed weights.

Forward decay (Cormode et al., "Forward decay: a practical time decay model for streaming systems", ICDE 2009): a
unit from time t weighs 2^((t - L) / H) for ever, with a landmark L, and what is read at time T is divided by
2^((T - L) / H). Weights are whole multiples of 2^-40, kept as integers of any size, so that sums do not depend on
their order and taking a weight away leaves what was there before, to the last bit.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

LANDMARK = datetime(2020, 1, 1, tzinfo=UTC)
FRACTION_BITS = 40
_SCALE = float(1 << FRACTION_BITS)
_MANTISSA_BITS = 64


def _exponent(moment: datetime, half_life: timedelta) -> tuple[int, float]:
    """Splits (t - L) / H into its floor and the rest, in [0, 1)."""
    exponent = (moment - LANDMARK) / half_life
    whole = math.floor(exponent)
    return whole, exponent - whole


def weigh(amount: float, moment: datetime, half_life: timedelta) -> int:
    """Returns amount * 2^((t - L) / H) in fixed point; the same arguments give the same integer, always.

    The operations and their order are those of the rebuild's SQL, so that both round alike.
    """
    whole, rest = _exponent(moment, half_life)
    scaled = round(amount * math.pow(2.0, rest) * _SCALE)
    return scaled << whole if whole >= 0 else scaled >> -whole


def decayed(total: int, now: datetime, half_life: timedelta) -> float:
    """Returns a sum of weights as seen from `now`, in units."""
    if total <= 0:
        return 0.0
    whole, rest = _exponent(now, half_life)
    shift = max(total.bit_length() - _MANTISSA_BITS, 0)
    return math.ldexp(float(total >> shift), shift - FRACTION_BITS - whole) / math.exp2(rest)


def mean(score_sum: int, evidence: int) -> float:
    """Returns score_sum / evidence, correctly rounded; 0.5 without evidence."""
    return score_sum / evidence if evidence > 0 else 0.5
