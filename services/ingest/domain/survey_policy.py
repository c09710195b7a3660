"""Whom to ask for an opinion of what, by rules alone. No I/O.

In this order:

1. Whoever has said something of the output, by thumb or by voice, is not asked, even if they withdrew it (ANSWERED).
2. Without a known user, output and manifest nobody is asked (UNSPECIFIED).
3. What was decided of the same user and output before, with the user's recent asks in mind, stays.
4. Asked always: the user's first outputs, then outputs whose check failed, then those with a contradiction. Only the
   hard cap of a day, which nothing passes, holds against them (FATIGUE).
5. Fatigue: with as many asks in 24 hours as a day has, with one too short ago, or when the last asks were all ignored
   and one was in these 24 hours, nobody is asked for the reasons that follow.
6. Asked: outputs of whose choice the Brain was not sure, and of the others a share that a hash draws.

A day is any 24 hours. An ask counts for the one output that it was of, however often the page is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why a user is asked or not; as in the API, in lower case."""

    UNSPECIFIED = "unspecified"
    FIRST_OUTPUTS = "first_outputs"
    LOW_CONFIDENCE = "low_confidence"
    VERIFICATION_FAILED = "verification_failed"
    CONTRADICTION = "contradiction"
    SAMPLED = "sampled"
    NOT_SAMPLED = "not_sampled"
    FATIGUE = "fatigue"
    ANSWERED = "answered"


ALWAYS = frozenset({Reason.FIRST_OUTPUTS, Reason.VERIFICATION_FAILED, Reason.CONTRADICTION})
"""Reasons against which fatigue does not hold, but for the hard cap."""
ASKED = ALWAYS | {Reason.LOW_CONFIDENCE, Reason.SAMPLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLimits:
    """How often and of what users are asked."""

    per_day: int = 5
    """Asks in 24 hours after which only those that are always due are made."""
    cap_per_day: int = 20
    """Asks in 24 hours after which none is made."""
    gap: timedelta = timedelta(minutes=2)
    """Least time between asks, but for those that are always due."""
    ignored_max: int = 3
    """Asks without an answer, the latest in a row, after which `per_day_ignored` takes the place of `per_day`."""
    per_day_ignored: int = 1
    first_outputs: int = 5
    """So many outputs of a user are always asked of."""
    confidence_below: float = 0.5
    """Outputs of whose choice the Brain was less sure are asked of."""
    probability: float = 0.1
    """Share of all other outputs that are asked of."""

    @property
    def remembered(self) -> int:
        """The latest asks that these rules look at."""
        return max(self.per_day, self.cap_per_day, self.ignored_max, self.per_day_ignored, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether to ask one user of one output, and what is known of both."""

    tenant_id: str
    user_id: str
    output_id: str
    answered: bool
    known: bool
    """Whether the output's manifest is here."""
    first: bool = False
    """Whether the output is among the user's first."""
    verification_failed: bool = False
    contradiction_found: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The user's latest asks, newest first, at least `AskLimits.remembered` of them when there are."""

    now: datetime
    asked_at: Sequence[datetime] = ()
    answered: Sequence[bool] = ()
    """Whether the user said something of the output that each was of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a user is asked."""

    reason: Reason
    probability: float
    """With which a user in this situation is asked."""

    @property
    def ask(self) -> bool:
        """Whether the user is asked."""
        return self.reason in ASKED


def settled(question: Question) -> Answer | None:
    """Returns the answer where the user's asks do not matter; None where they do."""
    if question.answered:
        return Answer(reason=Reason.ANSWERED, probability=0.0)
    if not (question.user_id and question.output_id and question.known):
        return Answer(reason=Reason.UNSPECIFIED, probability=0.0)
    return None


def wish(question: Question, limits: AskLimits) -> Answer:
    """Returns the answer for a user who is not tired of being asked, to a question that is not settled."""
    if question.first:
        return Answer(reason=Reason.FIRST_OUTPUTS, probability=1.0)
    if question.verification_failed:
        return Answer(reason=Reason.VERIFICATION_FAILED, probability=1.0)
    if question.contradiction_found:
        return Answer(reason=Reason.CONTRADICTION, probability=1.0)
    if question.confidence is not None and question.confidence < limits.confidence_below:
        return Answer(reason=Reason.LOW_CONFIDENCE, probability=1.0)
    drawn = draw(question.tenant_id, question.user_id, question.output_id) < limits.probability
    return Answer(reason=Reason.SAMPLED if drawn else Reason.NOT_SAMPLED, probability=limits.probability)


def decide(wished: Answer, history: History, limits: AskLimits) -> Answer:
    """Returns the wish unless the user is tired of being asked."""
    today = sum(history.now - moment < DAY for moment in history.asked_at)
    if wished.reason in ALWAYS:
        tired = today >= limits.cap_per_day
    else:
        latest = list(history.answered[: limits.ignored_max])
        ignored = len(latest) == limits.ignored_max and not any(latest)
        most = min(limits.per_day_ignored if ignored else limits.per_day, limits.cap_per_day)
        too_soon = any(history.now - moment < limits.gap for moment in history.asked_at[:1])
        tired = today >= most or too_soon
    return Answer(reason=Reason.FATIGUE, probability=0.0) if tired else wished


def draw(tenant: str, user: str, output: str) -> float:
    """Returns a number in [0, 1) that is the same for the same question, and even over all of them."""
    digest = hashlib.sha256(f"{tenant}:{user}:{output}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48
