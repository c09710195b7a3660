"""Conversion of scores, learning status, reports, trust and tenant settings."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from kit.rpc.keyset import Page
from neural.api.convert.enums import MODES, SCOPES, from_seconds, timestamp
from neural.domain.model import Scope, ScoreVersion
from neural.learning.single_output import LearnedOutput
from neural.queries.learning_status import LearningStatus
from neural.queries.reliability import ModelCalls
from neural.queries.scores import ModelScore, ScoreFilter
from neural.queries.tenant_settings import SettingsStatus
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2

_STATES = {
    "running": pb.BATCH_RUN_STATE_RUNNING,
    "succeeded": pb.BATCH_RUN_STATE_SUCCEEDED,
    "failed": pb.BATCH_RUN_STATE_FAILED,
}


def score_page(
    page: Page[ModelScore], version: ScoreVersion, selected: ScoreFilter, samples_min: int
) -> recommend_service_pb2.ListModelScoresResponse:
    """Returns the response for a page of scores. `samples_min` is the evidence at which confidence is 1."""
    return recommend_service_pb2.ListModelScoresResponse(
        scores=[_score(each, selected, samples_min) for each in page.rows],
        next_page_token=page.next_token,
        learning_mode=MODES[version.mode],
        table_version=version.number,
    )


def _score(score: ModelScore, selected: ScoreFilter, samples_min: int) -> scoring_pb2.ModelScore:
    answer = scoring_pb2.ModelScore(
        scope=SCOPES[selected.scope],
        user_id=selected.user_id,
        model=score.model,
        model_version=score.model_version,
        task_type=score.task_type,
        domain_mode=score.domain_mode,
        score=score.score,
        confidence=min(score.evidence / samples_min, 1.0),
        evidence=score.evidence,
        update_time=timestamp(score.updated_at),
    )
    for name, count in score.counts.items():
        setattr(answer, name, count)
    for aspect, mean in score.aspects.items():
        setattr(answer, f"{aspect}_score", mean)
    return answer


def model_reliability(calls: ModelCalls) -> scoring_pb2.ModelReliability:
    """Returns the message for the calls of a model."""
    counts = calls.counts
    return scoring_pb2.ModelReliability(
        model=calls.model,
        task_type=calls.task_type,
        provider=calls.provider,
        call_count=counts.judged,
        error_count=counts.errors,
        timeout_count=counts.timeouts,
        cancelled_count=counts.cancelled,
        error_rate=counts.error_rate,
        error_rate_lower=counts.error_rate_lower,
    )


def learned_output(found: LearnedOutput) -> pb.LearnOutputResponse:
    """Returns the response for a learned output."""
    answer = pb.LearnOutputResponse(manifest_known=found.has_manifest, learning_mode=MODES[found.mode])
    for facts, score in found.units:
        answer.units.add(
            user_id=facts.key.user_id,
            weighted_score=score.weighted_score,
            score=score.score,
            evidence=score.evidence,
            trust=score.trust,
            models=facts.models,
            explicit_score=facts.rating,
            implicit_score=score.implicit,
            voice_score=facts.voice,
        )
    return answer


def run_report(fields: dict[str, Any]) -> pb.RunBatchLearningResponse:
    """Returns the response for the report of a nightly run."""
    copied = (
        "run_id",
        "table_version",
        "previous_version",
        "units",
        "cells",
        "changed_cells",
        "score_change_max",
        "raters_judged",
        "raters_changed",
        "decision_months_dropped",
    )
    answer = pb.RunBatchLearningResponse(
        **{name: fields[name] for name in copied},
        start_time=from_seconds(fields["started_at"]),
        end_time=from_seconds(fields["finished_at"]),
    )
    for change in fields["largest_changes"]:
        answer.largest_changes.add(
            tenant_id=change["tenant_id"], before=_side(change, "before"), after=_side(change, "after")
        )
    for prior in fields["priors"]:
        answer.priors.add(**prior)
    for drift in fields["drifts"]:
        answer.drifts.add(
            tenant_id=drift["tenant_id"],
            task_type=drift["task_type"],
            domain_mode=drift["domain_mode"],
            model=drift["model"],
            units_before=drift["units_before"],
            score_before=drift["before"],
            units_after=drift["units_after"],
            score_after=drift["after"],
            standard_errors=drift["errors"],
        )
    return answer


def _side(change: dict[str, Any], side: str) -> scoring_pb2.ModelScore | None:
    if change[f"{side}_total"] is None:
        return None
    return scoring_pb2.ModelScore(
        scope=SCOPES[Scope.USER if change["user_id"] else Scope.TENANT],
        user_id=change["user_id"],
        model=change["model"],
        model_version=change["model_version"],
        task_type=change["task_type"],
        domain_mode=change["domain_mode"],
        score=0.5 if change[side] is None else change[side],
        total_count=change[f"{side}_total"],
    )


def learning_status(found: LearningStatus, cache_available: bool, is_operator: bool) -> pb.GetLearningStatusResponse:
    """Returns the response for the state of learning.

    The numbers and the error of the last run, which covers all tenants, are for an operator of all tenants only.
    """
    answer = pb.GetLearningStatusResponse(
        pending_units=found.queued,
        lag_ms=found.lag_ms,
        learned_units=found.learned,
        table_version=found.version.number,
        learning_mode=MODES[found.version.mode],
        cache_available=cache_available,
        half_life_days=found.version.half_life.total_seconds() / 86400,
    )
    if found.last_run is not None:
        answer.last_run.CopyFrom(batch_run(found.last_run))
        if not is_operator:
            answer.last_run.units_done = answer.last_run.units_total = 0
            answer.last_run.error_message = "The run failed." if answer.last_run.error_message else ""
    return answer


def batch_run(row: asyncpg.Record) -> pb.BatchRun:
    """Returns the message for a nightly run."""
    return pb.BatchRun(
        run_id=row["run_id"],
        state=_STATES[row["state"]],
        units_done=row["units_done"],
        units_total=row["units_total"],
        error_message=row["error"],
        step=row["step"],
        steps_done=row["done"],
        attempts=row["attempts"],
        start_time=timestamp(row["started_at"]),
        end_time=timestamp(row["finished_at"]) if row["finished_at"] is not None else None,
    )


def trust_page(page: Page[asyncpg.Record]) -> pb.ListTrustScoresResponse:
    """Returns the response for a page of trust scores."""
    answer = pb.ListTrustScoresResponse(next_page_token=page.next_token)
    answer.scores.extend(trust_score(row) for row in page.rows)
    return answer


def trust_score(row: asyncpg.Record) -> pb.TrustScore:
    """Returns the message for a trust score."""
    score = pb.TrustScore(
        user_id=row["user_id"],
        trust=max(row["trust"], 0.1),
        outlier=row["outlier"],
        outlier_reason=row["outlier_reason"],
        pinned=row["pinned"],
        update_time=timestamp(row["updated_at"]),
    )
    for name, factor in sorted(json.loads(row["factors"]).items()):
        score.factors.add(name=name, value=factor["value"], explanation=factor["explanation"])
    return score


def settings_status(found: SettingsStatus) -> pb.GetTenantSettingsResponse:
    """Returns the response for settings and spending of a tenant."""
    return pb.GetTenantSettingsResponse(
        settings=pb.TenantSettings(global_learning=found.global_learning, daily_budget_usd=found.daily_budget_usd),
        budget=pb.BudgetState(
            spent_today_usd=found.spent,
            requests_today=found.outputs,
            requests_without_cost=found.unmeasured,
            cost_weight=found.cost_weight,
            update_time=timestamp(found.weight_updated_at) if found.weight_updated_at else None,
        ),
    )


def trust_score_pattern(user: str) -> bytes:
    """Returns bytes that every serialized trust score of a user contains."""
    return pb.TrustScore(user_id=user).SerializeToString()
