"""Decisions: the chosen model with its propensity and source."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from radiant.ingest.v1 import manifest_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from radiant_client.experiments.local_experiments import Assigned
from radiant_client.messages.fields import new_id, short_name
from radiant_client.transport.errors import NoEligibleModel
from splits.model_names import model_name

Source = Literal["table", "rpc", "last_table", "default"]
"""Source of a decision: the local table, a call, a stale table or the configured default model."""
CANDIDATES_MAX = 256
"""Candidates of a decision that the service accepts."""
SCORE_WITHOUT_EVIDENCE = 0.5
"""Score of a model without feedback."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A chosen model. Put it into the manifest of the output by `write_to`."""

    model: str
    """Chosen model."""
    propensity: float
    """Exact probability with which the model was chosen, in (0, 1]."""
    decision_id: str
    """Identifier of the decision."""
    score: float
    """Shrunken estimate of the quality of the model, in [0, 1]; 0.5 without evidence."""
    confidence: float
    """Confidence at the scope of the decision, in [0, 1]."""
    scope: str
    """Scope of the feedback that was used: user, tenant or global; empty without feedback."""
    source: Source
    """Source of the decision: table, rpc (a call), last_table (a stale table) or default."""
    staleness_ms: float
    """Milliseconds since the data of the decision was last known to be current."""
    reasoning: str
    """One sentence with the counts that led to the decision."""
    experiment_id: str = ""
    """Experiment that covers the request, for the manifest; empty if there is none."""
    variant: str = ""
    """Variant of that experiment."""
    experiment_epoch: int = 0
    """Epoch of that experiment."""
    candidates: tuple[str, ...] = ()
    """Models among which a decision without a call was made, with the chosen one; empty for a decision of the service,
    which logs them itself."""
    strategy: str = ""
    """Strategy of the table, such as thompson; empty for the default of the service and for a model without a draw."""

    def write_to(self, manifest: manifest_pb2.ExecutionManifest) -> None:
        """Sets the fields of a manifest that describe the decision and its experiment."""
        manifest.decision_id, manifest.propensity = self.decision_id, self.propensity
        manifest.decision_strategy = self.strategy
        manifest.decision_candidates[:] = self.candidates
        manifest.experiment_id, manifest.variant = self.experiment_id, self.variant
        manifest.experiment_epoch = self.experiment_epoch


def eligible_models(candidates: Iterable[str], excluded: Collection[str], chosen: str) -> tuple[str, ...]:
    """Returns the models of a choice with the chosen one first, each once, at most 256."""
    eligible = (model for model in candidates if model not in excluded)
    return tuple(islice(dict.fromkeys((chosen, *eligible)), CANDIDATES_MAX))


def recommended(answer: recommend_service_pb2.Recommendation) -> Decision:
    """Returns the decision of a recommendation that the service returned."""
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


def model_of_variant(assigned: Assigned, candidates: Sequence[str], excluded: Sequence[str]) -> str | None:
    """Returns the model in the configuration of a variant; None if there is none or the request does not allow it.

    A candidate that is another name of the model is returned as the request names it.
    """
    model = assigned.config.get("model")
    if not isinstance(model, str):
        return None
    names = {model, model_name(model).model}
    if any(name in names or model_name(name).model in names for name in excluded):
        return None
    if not candidates or model in candidates:
        return model
    return next((name for name in candidates if model_name(name).model in names), None)


def variant_decision(
    assigned: Assigned, model: str, candidates: Sequence[str], excluded: Sequence[str], staleness_ms: float
) -> Decision:
    """Returns the decision for the model of a variant."""
    return Decision(
        model=model,
        propensity=1.0,
        decision_id=new_id(),
        score=SCORE_WITHOUT_EVIDENCE,
        confidence=0.0,
        scope="",
        source="table",
        staleness_ms=staleness_ms,
        reasoning=f"Variant {assigned.variant} of an experiment sets the model.",
        experiment_id=assigned.experiment_id,
        variant=assigned.variant,
        experiment_epoch=assigned.epoch,
        candidates=eligible_models(candidates, excluded, model),
    )


def default_decision(
    default_model: str, candidates: Sequence[str], excluded: Sequence[str], staleness_ms: float
) -> Decision:
    """Returns the decision for the default model, or for the first eligible candidate if the default is not eligible.

    Raises NoEligibleModel if every candidate is excluded.
    """
    preferred = [default_model] if not candidates or default_model in candidates else []
    eligible = [model for model in (*preferred, *candidates) if model not in excluded]
    if not eligible:
        raise NoEligibleModel("Every candidate is excluded. Remove a model from excluded or add a candidate.")
    return Decision(
        model=eligible[0],
        propensity=1.0,
        decision_id=new_id(),
        score=SCORE_WITHOUT_EVIDENCE,
        confidence=0.0,
        scope="",
        source="default",
        staleness_ms=staleness_ms,
        reasoning="The default model was chosen: there is no table and the service returned no recommendation.",
        candidates=eligible_models(eligible, (), eligible[0]),
    )
