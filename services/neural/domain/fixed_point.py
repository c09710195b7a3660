"""Exact sums of decayed weights in fixed point.

Forward decay (Cormode et al., "Forward decay: a practical time decay model for streaming systems", ICDE 2009): a
unit of time t has the constant weight 2^((t - L) / H), with the landmark L and the half-life H. A sum read at time T
is divided by 2^((T - L) / H). Weights are multiples of 2^-40, stored as integers of any size. Sums therefore do not
depend on the order of additions, and subtracting a weight restores the previous sum exactly.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

LANDMARK = datetime(2020, 1, 1, tzinfo=UTC)
FRACTION_BITS = 40
_SCALE = float(1 << FRACTION_BITS)
_MANTISSA_BITS = 64


def _exponent(moment: datetime, half_life: timedelta) -> tuple[int, float]:
    """Returns the floor of (t - L) / H and the remainder in [0, 1)."""
    exponent = (moment - LANDMARK) / half_life
    whole = math.floor(exponent)
    return whole, exponent - whole


def weigh(amount: float, moment: datetime, half_life: timedelta) -> int:
    """Returns amount * 2^((t - L) / H) in fixed point.

    The operations and their order are the same as in rebuild.sql, so that both round to the same integer.
    """
    whole, rest = _exponent(moment, half_life)
    scaled = round(amount * math.pow(2.0, rest) * _SCALE)
    return scaled << whole if whole >= 0 else scaled >> -whole


def decayed(total: int, now: datetime, half_life: timedelta) -> float:
    """Returns a sum of weights, decayed to `now`, in units."""
    if total <= 0:
        return 0.0
    whole, rest = _exponent(now, half_life)
    shift = max(total.bit_length() - _MANTISSA_BITS, 0)
    return math.ldexp(float(total >> shift), shift - FRACTION_BITS - whole) / math.exp2(rest)


def mean(score_sum: int, evidence: int) -> float:
    """Returns score_sum / evidence, correctly rounded, or 0.5 without evidence."""
    return score_sum / evidence if evidence > 0 else 0.5
