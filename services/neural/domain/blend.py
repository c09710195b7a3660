"""The Brain's formula: final = (1 - w) * brain + w * neural, with w = 0.35 * min(1, confidence / threshold)."""

from __future__ import annotations

NEURAL_SHARE_MAX = 0.35


def neural_weight(confidence: float, threshold: float) -> float:
    """Returns w, in [0, 0.35]; `threshold` is in (0, 1]."""
    return NEURAL_SHARE_MAX * min(1.0, confidence / threshold)


def mix(brain: float, neural: float, confidence: float, threshold: float) -> float:
    """Returns the mixed score, in [0, 1] when both scores are."""
    weight = neural_weight(confidence, threshold)
    return (1 - weight) * brain + weight * neural
