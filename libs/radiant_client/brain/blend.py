"""Blending of the scores of the Brain with learned estimates.

Formula of the Brain: final = (1 - w) * brain + w * neural with w = 0.35 * min(1, confidence / threshold).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from splits.model_names import model_name

NEURAL_WEIGHT_MAX = 0.35
"""Largest weight of the learned estimate."""
DEFAULT_THRESHOLD = 0.5
"""Confidence at and above which the learned estimate has its largest weight."""


class LearnedEstimate(Protocol):
    """The learned estimate of a model: a RankedModel of the service or a LearnedModel of the local table."""

    @property
    def model(self) -> str:
        """Model."""

    @property
    def score(self) -> float:
        """Shrunken estimate of the quality of the model, in [0, 1]."""

    @property
    def confidence(self) -> float:
        """Confidence at the scope of the estimate, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """The blended score of a model with its parts."""

    model: str
    """Model."""
    final: float
    """Blended score, in [0, 1]."""
    brain: float
    """Score of the Brain, in [0, 1]."""
    neural: float
    """Learned estimate, in [0, 1]; 0.5 without evidence."""
    weight: float
    """Weight of the learned estimate, in [0, 0.35]."""
    confidence: float
    """Confidence of the learned estimate, in [0, 1]."""


def weight_of(confidence: float, threshold: float = DEFAULT_THRESHOLD) -> float:
    """Returns the weight of a learned estimate, in [0, 0.35]. Raises ValueError if the threshold is not in (0, 1]."""
    if not 0.0 < threshold <= 1.0:
        raise ValueError(f"threshold must be in (0, 1], not {threshold}.")
    return NEURAL_WEIGHT_MAX * min(1.0, max(0.0, confidence) / threshold)


def mix(
    brain_scores: Mapping[str, float], ranked: Iterable[LearnedEstimate], *, threshold: float = DEFAULT_THRESHOLD
) -> list[Mixed]:
    """Returns the blended scores, best first; equal scores are ordered by model.

    A model without a learned estimate keeps the score of the Brain. A model without a score of the Brain is left out.
    An estimate applies to a score under another name of its model, such as `openai/gpt-4o`.
    """
    estimates = {one.model: one for one in ranked}
    mixed = [
        _mixed(name, brain, estimates.get(name) or estimates.get(model_name(name).model), threshold)
        for name, brain in brain_scores.items()
    ]
    return sorted(mixed, key=lambda one: (-one.final, one.model))


def _mixed(model: str, brain: float, estimate: LearnedEstimate | None, threshold: float) -> Mixed:
    """Returns the blended score of one model."""
    neural, confidence = (estimate.score, estimate.confidence) if estimate else (0.5, 0.0)
    weight = weight_of(confidence, threshold)
    final = (1.0 - weight) * brain + weight * neural
    return Mixed(model, final, brain, neural, weight, confidence)
