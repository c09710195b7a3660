"""Entries of the local table, and the draw of a model from one of them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from radiant_client.ingest.messages import short_name

Key = tuple[str, str, str]
"""User, task and domain; empty for the tenant, any task and any domain."""


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """What was learned of a model in one context."""

    model: str
    """Model."""
    score: float
    """Shrunk estimate of its quality, in [0, 1]."""
    confidence: float
    """Confidence at the answering scope, in [0, 1]."""
    propensity: float
    """Probability of its choice among all models of the entry."""
    scope: str
    """Whose feedback decided: user, tenant, global, or empty for nobody's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What would be recommended in one context."""

    models: tuple[LearnedModel, ...]
    """All models with feedback, best first."""
    reasoning: str
    """One sentence on which counts decided."""
    lifetime: float
    """How long it may be used after a message of the stream, in seconds."""


def entry_of(message: recommend_service_pb2.TableEntry, send_time: float) -> Entry:
    """Reads an entry that was sent at a time in seconds of the service's clock.

    Its life is counted from the messages of the stream, so that the clocks need not agree.
    """
    expires = message.HasField("expire_time")
    return Entry(
        models=tuple(
            LearnedModel(
                model=one.model,
                score=one.score,
                confidence=one.confidence,
                propensity=one.propensity,
                scope=short_name(scoring_pb2.Scope, one.scope),
            )
            for one in message.models
        ),
        reasoning=message.reasoning,
        lifetime=max(0.0, _seconds(message) - send_time) if expires and send_time else float("inf"),
    )


def _seconds(message: recommend_service_pb2.TableEntry) -> float:
    """Gives the end of an entry's life in seconds of the service's clock."""
    return message.expire_time.seconds + message.expire_time.nanos / 1e9


def can_be_followed(user_id: str) -> bool:
    """Tells whether the service takes a user's name."""
    return 0 < len(user_id) <= 200 and user_id.isprintable()


def lookup_order(user_id: str, task_type: str, domain_mode: str) -> Iterable[Key]:
    """Gives the keys under which an answer is looked for, narrowest first."""
    domain = domain_mode or "general"
    if user_id:
        yield (user_id, task_type, domain)
    yield ("", task_type, domain)
    yield ("", task_type, "")
    yield ("", "", "")


def draw(
    models: Iterable[LearnedModel],
    lot: Callable[[], float],
    candidates: Collection[str] = (),
    excluded: Collection[str] = (),
) -> tuple[LearnedModel, float] | None:
    """Draws an eligible model and gives it with the exact probability of that; None when none is eligible.

    The propensities of the eligible models are made to add up to 1 again; when all of them are 0, the best
    eligible model is taken. The lot is a number in [0, 1).
    """
    eligible = [one for one in models if (not candidates or one.model in candidates) and one.model not in excluded]
    if not eligible:
        return None
    total = sum(one.propensity for one in eligible)
    if total <= 0.0:
        return eligible[0], 1.0
    mark = lot() * total
    chosen = eligible[0]
    for one in eligible:
        if one.propensity <= 0.0:
            continue
        chosen = one
        mark -= one.propensity
        if mark < 0.0:
            break
    return chosen, min(1.0, chosen.propensity / total)
