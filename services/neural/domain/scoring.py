"""Score of a unit: the feedback of one user on one output.

With e the explicit rating in {-1, 0, +1}, i the mean sentiment of the implicit signals, v the sentiment of the voice
comment, t the trust limited to [0.1, 1], and [x] 1 if x is present, else 0:

    weighted_score = (3 t e + i + 2 t v) / (3 t [e] + [i] + 2 t [v])        in [-1, 1]
    score          = (weighted_score + 1) / 2                               in [0, 1]
    evidence       = (3 t [e] + [i] + 2 t [v]) / (3 [e] + [i] + 2 [v])      in [0.1, 1]

The rebuild computes the same in SQL (`insert_contributions` in rebuild.sql), with the same operations in the same
order.
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
    """Score and evidence of a unit."""

    weighted_score: float
    """In [-1, 1]."""
    evidence: float
    """In [0.1, 1]."""
    trust: float
    """In [0.1, 1]."""
    implicit: float | None
    """Mean sentiment of the implicit signals; None without signals."""

    @property
    def score(self) -> float:
        """The weighted score, mapped to [0, 1]."""
        return (self.weighted_score + 1) / 2


def mean_sentiment(sentiments: Sequence[float]) -> float | None:
    """Returns the mean, or None without sentiments. Sums are rounded to 1e-6, so that the order does not matter."""
    if not sentiments:
        return None
    return round(math.fsum(sentiments) * _MILLION) / (_MILLION * len(sentiments))


def score_unit(facts: UnitFacts) -> UnitScore | None:
    """Returns the score of a unit, or None without feedback."""
    trust = min(max(facts.trust, TRUST_MIN), 1.0)
    implicit = mean_sentiment(facts.sentiments)
    has_rating, has_implicit, has_voice = facts.rating is not None, implicit is not None, facts.voice is not None
    if not (has_rating or has_implicit or has_voice):
        return None
    explicit, voice = EXPLICIT_WEIGHT * trust, VOICE_WEIGHT * trust
    total = explicit * (facts.rating or 0) + IMPLICIT_WEIGHT * (implicit or 0.0) + voice * (facts.voice or 0.0)
    weight = explicit * has_rating + IMPLICIT_WEIGHT * has_implicit + voice * has_voice
    full_weight = EXPLICIT_WEIGHT * has_rating + IMPLICIT_WEIGHT * has_implicit + VOICE_WEIGHT * has_voice
    return UnitScore(
        weighted_score=total / weight,
        evidence=weight / full_weight,
        trust=trust,
        implicit=implicit,
    )


def contribution_of(facts: UnitFacts, mode: LearningMode, half_life: timedelta) -> Contribution | None:
    """Returns the amounts that a unit adds to the cells of each of its models, or None without feedback or models.

    A unit counts 1 in mode running_mean and its evidence in mode evidence_weighted. Each of k models gets 1/k.
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
        is_established=facts.is_established,
    )
