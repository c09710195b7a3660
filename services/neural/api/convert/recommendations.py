"""Conversion of decisions and rankings."""

from __future__ import annotations

from collections.abc import Sequence

from neural.api.convert.enums import MODES, SCOPES, STRATEGIES, from_seconds
from neural.domain.shrinkage import blend, blend_weight
from neural.recommendation.decision import Decision, PreparedRanking
from neural.recommendation.ranking import Candidate, Ranking
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

ALTERNATIVES_MAX = 16


def recommendation(decision: Decision, ttl_s: float) -> pb.Recommendation:
    """Returns the message for a decision that expires after `ttl_s`.

    The fields that are the same for all decisions with this choice are rendered once and cached in the ranking.
    """
    rendered = decision.prepared.rendered
    template = rendered.get(decision.index)
    if template is None:
        template = rendered[decision.index] = _template(decision.prepared, decision.index)
    answer = pb.Recommendation()
    answer.CopyFrom(template)
    answer.decision_id = decision.decision_id
    answer.staleness_ms = decision.staleness_ms
    answer.expire_time.CopyFrom(from_seconds(decision.decided_at + ttl_s))
    return answer


def _template(prepared: PreparedRanking, index: int) -> pb.Recommendation:
    ranking = prepared.ranking
    answer = pb.Recommendation(
        reasoning=ranking.reasoning,
        strategy=STRATEGIES[ranking.strategy],
        learning_mode=MODES[ranking.mode],
        table_version=ranking.version,
    )
    if index < 0:
        return answer
    chosen = ranking.candidates[index]
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
    if index > 0:
        answer.reasoning = (
            f"{chosen.estimate.model} was chosen with probability {chosen.propensity:.3f}. {ranking.reasoning}"
        )
    if prepared.override is not None:
        override = prepared.override
        answer.experiment_id, answer.variant = override.experiment_id, override.variant
        answer.experiment_epoch = override.epoch
        answer.reasoning = f"Variant {override.variant} of an experiment decides. {answer.reasoning}"
    return answer


def ranked(candidate: Candidate) -> scoring_pb2.RankedModel:
    """Returns the message for a candidate."""
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
    """Returns the response with all levels of the estimates and the excluded candidates."""
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


def blended_scores(
    ranking: Ranking, unconstrained: Ranking, scores: Sequence[pb.BrainScore], threshold: float
) -> pb.RankModelsResponse:
    """Returns the response with the scores of the Brain blended with estimates, eligible models first.

    `ranking` contains the eligible models, `unconstrained` the estimates of all models.
    """
    eligible = {each.estimate.model for each in ranking.candidates}
    estimates = {each.estimate.model: each.estimate for each in unconstrained.candidates}
    answer = pb.RankModelsResponse(learning_mode=MODES[ranking.mode], confidence_threshold=threshold)
    rows = []
    for each in scores:
        estimate = estimates[each.model]
        rows.append(
            pb.MixedScore(
                model=each.model,
                final_score=blend(each.score, estimate.mean, estimate.confidence, threshold),
                brain_score=each.score,
                neural_score=estimate.mean,
                weight=blend_weight(estimate.confidence, threshold),
                confidence=estimate.confidence,
                scope=SCOPES[estimate.scope],
                eligible=each.model in eligible,
            )
        )
    rows.sort(key=lambda row: (not row.eligible, -row.final_score, row.model))
    answer.scores.extend(rows)
    return answer


def entry(user_id: str, ranking: Ranking, expires_at: float) -> pb.TableEntry:
    """Returns the table entry for a ranking. An entry without models removes the entry of the client."""
    best = ranking.candidates[0].estimate.scope if ranking.candidates else None
    return pb.TableEntry(
        user_id=user_id,
        task_type=ranking.request.task_type,
        domain_mode=ranking.request.domain_mode,
        models=[ranked(each) for each in ranking.candidates],
        scope=SCOPES[best],
        reasoning=ranking.reasoning,
        strategy=STRATEGIES[ranking.strategy],
        expire_time=from_seconds(expires_at),
    )
