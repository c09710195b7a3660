"""The Brain's formula: final = (1 - w) * brain + w * neural, w = 0.35 * min(1, confidence / threshold)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

NEURAL_WEIGHT_MAX = 0.35
"""Largest weight of a learned estimate."""
DEFAULT_THRESHOLD = 0.5
"""Confidence from which on a learned estimate has its full weight."""


class Learned(Protocol):
    """What was learned of a model: a RankedModel of the service or an entry of the local table."""

    @property
    def model(self) -> str:
        """Gives the model."""

    @property
    def score(self) -> float:
        """Gives the shrunk estimate of its quality, in [0, 1]."""

    @property
    def confidence(self) -> float:
        """Gives the confidence at the answering scope, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """A model's score with its parts."""

    model: str
    """Model."""
    final: float
    """Mixed score, in [0, 1]."""
    brain: float
    """The Brain's score, in [0, 1]."""
    neural: float
    """Learned estimate, in [0, 1]; 0.5 when nothing was learned."""
    weight: float
    """Weight of the learned estimate, in [0, 0.35]."""
    confidence: float
    """Confidence of the learned estimate, in [0, 1]."""


def weight_of(confidence: float, threshold: float = DEFAULT_THRESHOLD) -> float:
    """Gives the weight of a learned estimate. Raises ValueError unless the threshold is in (0, 1]."""
    if not 0.0 < threshold <= 1.0:
        raise ValueError(f"threshold must be in (0, 1], not {threshold}")
    return NEURAL_WEIGHT_MAX * min(1.0, max(0.0, confidence) / threshold)


def mix(
    brain_scores: Mapping[str, float], ranked: Iterable[Learned], *, threshold: float = DEFAULT_THRESHOLD
) -> list[Mixed]:
    """Mixes the Brain's scores with what was learned, best first; equal scores are ordered by model.

    Models that were not learned keep the Brain's score; learned models without a Brain's score are left out.
    """
    learned = {one.model: one for one in ranked}
    mixed = [_mixed(model, brain, learned.get(model), threshold) for model, brain in brain_scores.items()]
    return sorted(mixed, key=lambda one: (-one.final, one.model))


def _mixed(model: str, brain: float, learned: Learned | None, threshold: float) -> Mixed:
    """Mixes one model's scores."""
    neural, confidence = (learned.score, learned.confidence) if learned else (0.5, 0.0)
    weight = weight_of(confidence, threshold)
    final = (1.0 - weight) * brain + weight * neural
    return Mixed(model, final, brain, neural, weight, confidence)
