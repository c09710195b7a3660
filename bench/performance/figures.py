"""Statistics of measurements, and the output of bounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def quantiles_ms(seconds: Sequence[float]) -> tuple[float, float]:
    """Returns p50 and p99 in milliseconds."""
    p50, p99 = np.quantile(np.array(seconds) * 1000, [0.5, 0.99])
    return float(p50), float(p99)


def median(values: Sequence[float]) -> float:
    """Returns the median."""
    return float(np.median(values))


def verdict(name: str, value: float, unit: str, bound: float, *, at_least: bool) -> bool:
    """Prints a figure with its bound. Returns True if the bound is met."""
    kept = value >= bound if at_least else value <= bound
    word = "at least" if at_least else "at most"
    print(f"  {'kept  ' if kept else 'MISSED'} {name}: {value:.3f}{unit} ({word} {bound:g}{unit})")
    return kept
