"""Means over seeds with 95 % intervals."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from bench.learning.tables import Numbers


def interval(values: Numbers) -> tuple[float, float, float]:
    """Returns the mean over seeds and the bounds of its 95 % interval by Student's t. Empty for one seed."""
    mean = float(values.mean())
    if len(values) < 2:
        return mean, mean, mean
    half = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def format_interval(values: Numbers) -> str:
    """Formats a mean difference with its 95 % interval."""
    mean, low, high = interval(values)
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
