"""What one unit of feedback is worth: one person's reactions to one output.

With e explicit in {-1, 0, +1}, i the mean sentiment of the signals, v the voice's sentiment and t the trust clamped
to [0.1, 1], over the components that are present:

    weighted_score = (3 t e + i + 2 t v) / (3 t [e] + [i] + 2 t [v])        in [-1, 1]
    score          = (weighted_score + 1) / 2                               in [0, 1]
    evidence       = (3 t [e] + [i] + 2 t [v]) / (3 [e] + [i] + 2 [v])      in [0.1, 1]

The rebuild computes the same in SQL (queries_rebuild.sql), with the same operations in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from neural.domain.fixed_point import weigh
from neural.domain.model import ASPECTS, Contribution, LearningMode, UnitFacts

TRUST_MIN = 0.1
_MILLION = 1e6
EXPLICIT_WEIGHT, IMPLICIT_WEIGHT, VOICE_WEIGHT = 3.0, 1.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitScore:
    """A unit's score and how much it counts."""

    weighted_score: float
    """In [-1, 1]."""
    evidence: float
    """In [0.1, 1]."""
    trust: float
    """In [0.1, 1]."""
    implicit: float | None
    """Mean sentiment of the signals; None without any."""

    @property
    def score(self) -> float:
        """The weighted score in [0, 1]."""
        return (self.weighted_score + 1) / 2


def mean_sentiment(sentiments: Sequence[float]) -> float | None:
    """Returns the mean, summed in millionths, so that neither order nor rounding matters; None without any."""
    if not sentiments:
        return None
    return round(math.fsum(sentiments) * _MILLION) / (_MILLION * len(sentiments))


def score_unit(facts: UnitFacts) -> UnitScore | None:
    """Scores a unit by the formula above; None when nobody said anything."""
    trust = min(max(facts.trust, TRUST_MIN), 1.0)
    implicit = mean_sentiment(facts.sentiments)
    rated, signalled, spoken = facts.rating is not None, implicit is not None, facts.voice is not None
    if not (rated or signalled or spoken):
        return None
    explicit, voiced = EXPLICIT_WEIGHT * trust, VOICE_WEIGHT * trust
    worth = explicit * (facts.rating or 0) + IMPLICIT_WEIGHT * (implicit or 0.0) + voiced * (facts.voice or 0.0)
    weight = explicit * rated + IMPLICIT_WEIGHT * signalled + voiced * spoken
    return UnitScore(
        weighted_score=worth / weight,
        evidence=weight / (EXPLICIT_WEIGHT * rated + IMPLICIT_WEIGHT * signalled + VOICE_WEIGHT * spoken),
        trust=trust,
        implicit=implicit,
    )


def contribution_of(facts: UnitFacts, mode: LearningMode, half_life: timedelta) -> Contribution | None:
    """Returns what a unit adds to each cell of each of its models; None when nobody said anything.

    In running_mean mode a unit counts 1, in evidence_weighted mode its evidence. Each of k models gets 1/k.
    """
    scored = score_unit(facts)
    if scored is None or not facts.models:
        return None
    amount = (scored.evidence if mode is LearningMode.EVIDENCE_WEIGHTED else 1.0) / len(facts.models)
    implicit = scored.implicit or 0.0
    return Contribution(
        key=facts.key,
        task_type=facts.task_type,
        domain_mode=facts.domain_mode,
        models=facts.models,
        model_versions=facts.model_versions,
        evidence=weigh(amount, facts.created_at, half_life),
        score_sum=weigh(amount * scored.score, facts.created_at, half_life),
        rating=facts.rating,
        implicit_sign=(implicit > 0) - (implicit < 0),
        aspects=tuple(aspect for aspect in ASPECTS if facts.rating is not None and aspect in facts.categories),
        orchestration_id=facts.orchestration_id,
        services_used=facts.services_used,
        created_at=facts.created_at,
        epochs=facts.epochs if any(facts.epochs) else (),
    )
