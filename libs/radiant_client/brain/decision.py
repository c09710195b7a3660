"""A decision: which model to use now, and how that came about."""

from dataclasses import dataclass
from typing import Literal

from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from radiant_client.ingest.messages import short_name

Source = Literal["table", "rpc", "last_table", "default"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A chosen model. Its decision_id and propensity go into the manifest of the output."""

    model: str
    """Chosen model."""
    propensity: float
    """Exact probability with which it was chosen, in (0, 1]."""
    decision_id: str
    """Identifies the decision."""
    score: float
    """Shrunk estimate of its quality, in [0, 1]; 0.5 without evidence."""
    confidence: float
    """Confidence at the answering scope, in [0, 1]."""
    scope: str
    """Whose feedback decided: user, tenant, global, or empty for nobody's."""
    source: Source
    """Where the answer came from: the local table, a call, the last known table or the configured default."""
    staleness_ms: float
    """Time since what it was decided from was last known to be current, in milliseconds."""
    reasoning: str
    """One sentence on which counts decided."""
    experiment_id: str = ""
    """Experiment that covers the request, for the manifest; empty when none does."""
    variant: str = ""
    """Variant of that experiment."""
    experiment_epoch: int = 0
    """Epoch of that experiment."""


def decision_of(answer: recommend_service_pb2.Recommendation) -> Decision:
    """Reads the answer of a call."""
    return Decision(
        model=answer.model,
        propensity=answer.propensity,
        decision_id=answer.decision_id,
        score=answer.score,
        confidence=answer.confidence,
        scope=short_name(scoring_pb2.Scope, answer.scope),
        source="rpc",
        staleness_ms=answer.staleness_ms,
        reasoning=answer.reasoning,
        experiment_id=answer.experiment_id,
        variant=answer.variant,
        experiment_epoch=answer.experiment_epoch,
    )
