"""Decisions and rankings out."""

from __future__ import annotations

from collections.abc import Sequence

from neural.api.convert.enums import MODES, SCOPES, STRATEGIES, from_seconds
from neural.domain.blend import mix, neural_weight
from neural.recommendation.ranking import Candidate, Ranking
from neural.recommendation.recommender import Decision, Prepared
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

ALTERNATIVES_MAX = 16


def recommendation(decision: Decision, valid_s: float) -> pb.Recommendation:
    """Renders a decision; all but what differs between two calls is rendered once."""
    faces = decision.prepared.faces
    face = faces.get(decision.place)
    if face is None:
        face = faces[decision.place] = _face(decision.prepared, decision.place)
    answer = pb.Recommendation()
    answer.CopyFrom(face)
    answer.decision_id = decision.decision_id
    answer.staleness_ms = decision.staleness_ms
    answer.expire_time.CopyFrom(from_seconds(decision.decided_at + valid_s))
    return answer


def _face(prepared: Prepared, place: int) -> pb.Recommendation:
    ranking = prepared.ranking
    answer = pb.Recommendation(
        reasoning=ranking.reasoning,
        strategy=STRATEGIES[ranking.strategy],
        learning_mode=MODES[ranking.mode],
        table_version=ranking.version,
    )
    if place < 0:
        return answer
    chosen = ranking.candidates[place]
    answer.model = chosen.estimate.model
    answer.propensity = chosen.propensity
    answer.score = chosen.estimate.mean
    answer.confidence = chosen.estimate.confidence
    answer.sample_size = chosen.estimate.total
    answer.scope = SCOPES[chosen.estimate.scope]
    others = [each for each in ranking.candidates if each is not chosen]
    answer.alternatives.extend(ranked(each) for each in others[:ALTERNATIVES_MAX])
    orchestration, services = ranking.companions.get(chosen.estimate.model, ("", ()))
    answer.orchestration_id = orchestration
    answer.required_services.extend(services)
    if place > 0:
        answer.reasoning = (
            f"{chosen.estimate.model} was tried with probability {chosen.propensity:.3f}. {ranking.reasoning}"
        )
    if prepared.treatment is not None:
        treatment = prepared.treatment
        answer.experiment_id, answer.variant = treatment.experiment_id, treatment.variant
        answer.experiment_epoch = treatment.epoch
        answer.reasoning = f"Variant {treatment.variant} of an experiment decides. {answer.reasoning}"
    return answer


def ranked(candidate: Candidate) -> scoring_pb2.RankedModel:
    """Renders a candidate in its place."""
    estimate = candidate.estimate
    return scoring_pb2.RankedModel(
        model=estimate.model,
        score=estimate.mean,
        confidence=estimate.confidence,
        sample_size=estimate.total,
        propensity=candidate.propensity,
        scope=SCOPES[estimate.scope],
        utility=candidate.utility,
    )


def explanation(ranking: Ranking) -> pb.ExplainRecommendationResponse:
    """Renders every step from counts to choice."""
    answer = pb.ExplainRecommendationResponse(
        reasoning=ranking.reasoning,
        strategy=STRATEGIES[ranking.strategy],
        learning_mode=MODES[ranking.mode],
        table_version=ranking.version,
    )
    for candidate in ranking.candidates:
        model = answer.models.add(ranked=ranked(candidate))
        for level in candidate.estimate.levels:
            model.levels.add(
                scope=SCOPES[level.scope],
                task_type=level.task_type,
                domain_mode=level.domain_mode,
                score=level.score,
                evidence=level.evidence,
                confidence=level.confidence,
                sample_size=level.total,
                shrunk_score=level.shrunk,
            )
    for name, reason in ranking.refused:
        answer.refused.add(model=name, reason=reason)
    return answer


def mixed(
    ranking: Ranking, everyone: Ranking, scores: Sequence[pb.BrainScore], threshold: float
) -> pb.RankModelsResponse:
    """Mixes the Brain's scores with what was learned; `everyone` ranks without constraints."""
    eligible = {each.estimate.model for each in ranking.candidates}
    learned = {each.estimate.model: each.estimate for each in everyone.candidates}
    answer = pb.RankModelsResponse(learning_mode=MODES[ranking.mode], confidence_threshold=threshold)
    rows = []
    for each in scores:
        estimate = learned[each.model]
        rows.append(
            pb.MixedScore(
                model=each.model,
                final_score=mix(each.score, estimate.mean, estimate.confidence, threshold),
                brain_score=each.score,
                neural_score=estimate.mean,
                weight=neural_weight(estimate.confidence, threshold),
                confidence=estimate.confidence,
                scope=SCOPES[estimate.scope],
                eligible=each.model in eligible,
            )
        )
    rows.sort(key=lambda row: (not row.eligible, -row.final_score, row.model))
    answer.scores.extend(rows)
    return answer


def entry(user_id: str, ranking: Ranking, expires_at: float) -> pb.TableEntry:
    """Renders a ranking as an entry of a client's table; without candidates it removes the entry."""
    best = ranking.candidates[0].estimate.scope if ranking.candidates else None
    return pb.TableEntry(
        user_id=user_id,
        task_type=ranking.demand.task_type,
        domain_mode=ranking.demand.domain_mode,
        models=[ranked(each) for each in ranking.candidates],
        scope=SCOPES[best],
        reasoning=ranking.reasoning,
        strategy=STRATEGIES[ranking.strategy],
        expire_time=from_seconds(expires_at),
    )
