"""Survey prompts for the widget: loads the facts, applies the survey policy and stores the decision."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.domain.survey_policy import (
    PromptContext,
    PromptDecision,
    PromptHistory,
    PromptLimits,
    PromptReason,
    apply_limits,
    decide_without_history,
    decide_without_limits,
)
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "surveys.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetState:
    """State of the widget for one user and one output."""

    rating: int | None
    """Rating of the standing vote, -1, 0 or 1; None without one."""
    decision: PromptDecision


_NO_PROMPT = PromptDecision(reason=PromptReason.UNSPECIFIED, probability=0.0)


async def load_widget_state(
    database: Database, limits: PromptLimits, tenant: str, user_id: str, output_id: str
) -> WidgetState:
    """Returns the user's rating of the output and whether to prompt the user for feedback on it.

    A repeated call returns the same decision until the user gives feedback: a decision to prompt,
    and one that a limit prevented, is stored for 30 days. Other decisions are not stored; their reason may change to
    FATIGUE later. Without a user or an output the database is not read.
    """
    if not user_id or not output_id:
        return WidgetState(rating=None, decision=_NO_PROMPT)
    async with database.tenant(tenant) as connection:
        row = await connection.fetchrow(_SQL["prompt_context"], tenant, user_id, output_id, limits.first_outputs_max)
        assert row is not None  # noqa: S101 - the outer join always returns a row
        facts = {name: value for name, value in row.items() if name != "rating"}
        context = PromptContext(tenant_id=tenant, user_id=user_id, output_id=output_id, **facts)
        decision = decide_without_history(context) or await _decide(connection, context, limits)
        return WidgetState(rating=row["rating"], decision=decision)


async def _decide(connection: Connection, context: PromptContext, limits: PromptLimits) -> PromptDecision:
    user, wanted = (context.tenant_id, context.user_id), decide_without_limits(context, limits)
    if wanted.is_prompt:
        await connection.fetch(_SQL["lock_user_prompts"], *user)
    row = await connection.fetchrow(_SQL["prompt_history"], *user, context.output_id, limits.history_max)
    assert row is not None  # noqa: S101 - the outer join always returns a row
    if row["reason"] is not None:
        return PromptDecision(reason=PromptReason(row["reason"]), probability=row["probability"])
    history = PromptHistory(now=row["now"], prompted_at=row["prompted_at"], answered=row["answered"])
    decision = apply_limits(wanted, history, limits)
    if wanted.is_prompt:
        values = (context.output_id, row["now"], decision.reason.value, decision.probability)
        await connection.execute(_SQL["store_decision"], *user, *values)
    return decision
