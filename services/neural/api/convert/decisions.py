"""Conversion of RecordDecisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kit.errors import FieldViolation, Invalid
from neural.api.convert.enums import DEFAULT_DOMAIN, SCOPE_OF, STRATEGY_OF
from neural.recommendation.client_decisions import ClientDecision, RecordedDecisions
from radiant.neural.v1 import recommend_service_pb2 as pb

CLOCK_TOLERANCE = timedelta(minutes=5)
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


def client_decisions(messages: Sequence[pb.ClientDecision], now: datetime) -> list[ClientDecision]:
    """Returns the decisions of a request.

    Raises Invalid for a time that is more than 5 minutes in the future or before 2020, and for a chosen model that is
    not a candidate.
    """
    problems: list[FieldViolation] = []
    latest = now + CLOCK_TOLERANCE
    decisions = [_decision(each, f"decisions[{index}]", latest, problems) for index, each in enumerate(messages)]
    if problems:
        raise Invalid(problems)
    return decisions


def _decision(
    message: pb.ClientDecision, path: str, latest: datetime, problems: list[FieldViolation]
) -> ClientDecision:
    stated = message.decide_time
    decided_at = _EARLIEST
    if not 0 <= stated.nanos < 1_000_000_000 or stated.seconds < _EARLIEST.timestamp():
        problems.append(FieldViolation(f"{path}.decide_time", "must not be before 2020-01-01"))
    elif stated.seconds + stated.nanos / 1e9 > latest.timestamp():
        problems.append(FieldViolation(f"{path}.decide_time", "must not be more than 5 minutes in the future"))
    else:
        decided_at = datetime.fromtimestamp(stated.seconds, UTC) + timedelta(microseconds=stated.nanos // 1000)
    if message.model not in message.candidates:
        problems.append(FieldViolation(f"{path}.model", "must be one of the candidates"))
    strategy, scope = STRATEGY_OF.get(message.strategy), SCOPE_OF.get(message.scope)
    return ClientDecision(
        decision_id=message.decision_id,
        decided_at=decided_at,
        user_id=message.user_id,
        task_type=message.task_type,
        domain_mode=message.domain_mode or DEFAULT_DOMAIN,
        model=message.model,
        propensity=message.propensity,
        strategy=strategy.value if strategy else "",
        scope=scope.value if scope else "",
        score=message.score,
        confidence=message.confidence,
        table_version=message.table_version,
        candidates=tuple(message.candidates),
    )


def record_response(found: RecordedDecisions) -> pb.RecordDecisionsResponse:
    """Returns the response with the counts."""
    return pb.RecordDecisionsResponse(recorded=found.recorded, repeated_decisions=found.repeated, expired=found.expired)
