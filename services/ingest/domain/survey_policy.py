"""Rules that decide whether to prompt a user for feedback on an output.

The rules apply in this order:

1. A user who rated the output or left a voice comment on it is not prompted, even after a retraction (ANSWERED).
2. Without a user, an output or its manifest there is no prompt (UNSPECIFIED).
3. A decision that was stored for the same user and output stands.
4. Priority prompts: the user's first outputs, then outputs whose verification failed, then outputs with a
   contradiction. Only the hard daily limit holds for them (FATIGUE).
5. Fatigue: all other prompts also respect the daily limit, the minimum interval between prompts and, if the user
   ignored the latest prompts, the daily limit for ignored prompts. The lowest limit holds (FATIGUE).
6. Other prompts: outputs for which the Brain's confidence was low, and a random share of the rest.

A day is any period of 24 hours. A prompt belongs to one output: repeated requests for the same output count once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from kit.settings.declaration import Setting

DAY = timedelta(days=1)


class PromptReason(StrEnum):
    """Reason of a decision, named as in the API, in lower case."""

    UNSPECIFIED = "unspecified"
    FIRST_OUTPUTS = "first_outputs"
    LOW_CONFIDENCE = "low_confidence"
    VERIFICATION_FAILED = "verification_failed"
    CONTRADICTION = "contradiction"
    SAMPLED = "sampled"
    NOT_SAMPLED = "not_sampled"
    FATIGUE = "fatigue"
    ANSWERED = "answered"


PRIORITY_REASONS = frozenset({PromptReason.FIRST_OUTPUTS, PromptReason.VERIFICATION_FAILED, PromptReason.CONTRADICTION})
"""Reasons for which only the hard daily limit holds."""
PROMPTING_REASONS = PRIORITY_REASONS | {PromptReason.LOW_CONFIDENCE, PromptReason.SAMPLED}
"""Reasons for which the user is prompted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptLimits:
    """Limits and shares of the prompts to one user."""

    daily_max: Annotated[int, Setting("ASKS_PER_DAY", 0, 1_000, "prompts")] = 5
    """Prompts to a user in 24 hours that have no priority reason."""
    daily_hard_max: Annotated[int, Setting("ASKS_CAP_PER_DAY", 0, 1_000, "prompts")] = 20
    """Prompts to a user in 24 hours, for any reason."""
    interval_min: Annotated[timedelta, Setting("ASK_GAP_SECONDS", 0, 86_400)] = timedelta(minutes=2)
    """Time between a prompt without a priority reason and the prompt before it."""
    ignored_max: Annotated[int, Setting("ASKS_IGNORED_MAX", 1, 100, "prompts")] = 3
    """Number of latest prompts without an answer after which the daily limit for ignored prompts holds as well."""
    ignored_daily_max: Annotated[int, Setting("ASKS_PER_DAY_IGNORED", 0, 1_000, "prompts")] = 1
    """Prompts in 24 hours to a user who ignored the latest prompts, without those that have a priority reason."""
    first_outputs_max: Annotated[int, Setting("ASK_FIRST_OUTPUTS", 0, 100, "outputs")] = 5
    """Number of a user's first outputs that are prompted for."""
    confidence_min: Annotated[float, Setting("ASK_CONFIDENCE_BELOW", 0, 1)] = 0.5
    """Confidence of the Brain below which an output is prompted for."""
    sampling_probability: Annotated[float, Setting("ASK_PROBABILITY", 0, 1)] = 0.1
    """Share of all other outputs that are prompted for."""

    @property
    def history_max(self) -> int:
        """Returns the number of latest prompts that the rules need."""
        return max(self.daily_max, self.daily_hard_max, self.ignored_max, self.ignored_daily_max, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptContext:
    """Facts about one user and one output."""

    tenant_id: str
    user_id: str
    output_id: str
    is_answered: bool
    """Whether the user ever rated the output or left a voice comment on it."""
    is_manifest_known: bool
    is_first_output: bool = False
    """Whether the output is one of the user's first."""
    is_verification_failed: bool = False
    has_contradiction: bool = False
    confidence: float | None = None
    """Confidence of the Brain in its choice of models, in [0, 1]; None if the manifest does not state it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptHistory:
    """The user's latest prompts, newest first: the last `PromptLimits.history_max` of them, or all."""

    now: datetime
    prompted_at: Sequence[datetime] = ()
    answered: Sequence[bool] = ()
    """Whether the user gave feedback on the output of each prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDecision:
    """Whether a user is prompted, and why."""

    reason: PromptReason
    probability: float
    """Probability of a prompt in this situation, in [0, 1]."""

    @property
    def is_prompt(self) -> bool:
        """Returns whether the user is prompted."""
        return self.reason in PROMPTING_REASONS


def decide_without_history(context: PromptContext) -> PromptDecision | None:
    """Returns the decision of rules 1 and 2, which need no history; None if neither rule applies."""
    if context.is_answered:
        return PromptDecision(reason=PromptReason.ANSWERED, probability=0.0)
    if not (context.user_id and context.output_id and context.is_manifest_known):
        return PromptDecision(reason=PromptReason.UNSPECIFIED, probability=0.0)
    return None


def decide_without_limits(context: PromptContext, limits: PromptLimits) -> PromptDecision:
    """Returns the decision of rules 4 and 6, before any limit is applied."""
    if context.is_first_output:
        return PromptDecision(reason=PromptReason.FIRST_OUTPUTS, probability=1.0)
    if context.is_verification_failed:
        return PromptDecision(reason=PromptReason.VERIFICATION_FAILED, probability=1.0)
    if context.has_contradiction:
        return PromptDecision(reason=PromptReason.CONTRADICTION, probability=1.0)
    if context.confidence is not None and context.confidence < limits.confidence_min:
        return PromptDecision(reason=PromptReason.LOW_CONFIDENCE, probability=1.0)
    value = sampling_value(context.tenant_id, context.user_id, context.output_id)
    reason = PromptReason.SAMPLED if value < limits.sampling_probability else PromptReason.NOT_SAMPLED
    return PromptDecision(reason=reason, probability=limits.sampling_probability)


def apply_limits(decision: PromptDecision, history: PromptHistory, limits: PromptLimits) -> PromptDecision:
    """Returns the decision if it respects every limit that holds for its reason, else FATIGUE."""
    prompts_today = sum(history.now - moment < DAY for moment in history.prompted_at)
    daily_max = limits.daily_hard_max
    is_too_soon = False
    if decision.reason not in PRIORITY_REASONS:
        daily_max = min(daily_max, limits.daily_max)
        latest = history.answered[: limits.ignored_max]
        if len(latest) == limits.ignored_max and not any(latest):
            daily_max = min(daily_max, limits.ignored_daily_max)
        is_too_soon = any(history.now - moment < limits.interval_min for moment in history.prompted_at[:1])
    if prompts_today >= daily_max or is_too_soon:
        return PromptDecision(reason=PromptReason.FATIGUE, probability=0.0)
    return decision


def sampling_value(tenant: str, user: str, output: str) -> float:
    """Returns a number in [0, 1) derived from the names by SHA-256, evenly distributed over different names."""
    digest = hashlib.sha256(f"{tenant}:{user}:{output}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48
