"""Laplace noise from a secret key, on a grid of integers."""

from __future__ import annotations

import hmac
import json
import math
from hashlib import sha256

GRID = 1 << 20
"""Steps per unit of evidence. Sums and noise are rounded to this grid, because low-order bits of floats reveal the sum
(Mironov, "On significance of the least significant bits for differential privacy", CCS 2012)."""


def laplace_noise(key: bytes, scale: float, *parts: str) -> int:
    """Returns Laplace noise in grid steps, which depends only on the key, the scale (in units) and the parts.

    The 64 bits of an HMAC give the sign and the uniform variable of the inverse distribution function.
    """
    text = json.dumps([repr(scale), *parts]).encode()
    bits = int.from_bytes(hmac.digest(key, text, sha256)[:8])
    size = -math.log(((bits >> 1) + 0.5) / (1 << 63)) * scale
    return round((size if bits & 1 else -size) * GRID)


def tail_quantile(delta: float) -> float:
    """Returns x with P(max(X, 0) + max(Y, 0) >= x) = (3 + x) e^-x / 4 = delta, for independent X, Y of Laplace(1)."""
    low, high = 0.0, 1000.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (3 + middle) * math.exp(-middle) / 4 > delta else (low, middle)
    return high
