"""Entries of the local table, and the random choice of a model from an entry."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from radiant_client.messages.fields import short_name
from splits.model_names import model_name

USER_ID_LENGTH_MAX = 200
"""Longest user identifier in characters."""
Key = tuple[str, str, str]
"""User, task type and domain. An empty user is the whole tenant; an empty task or domain is any."""


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """The learned estimate of a model in one context."""

    model: str
    """Model."""
    score: float
    """Shrunken estimate of the quality of the model, in [0, 1]."""
    confidence: float
    """Confidence at the scope of the estimate, in [0, 1]."""
    propensity: float
    """Probability of the model among all models of the entry."""
    scope: str
    """Scope of the feedback that was used: user, tenant or global; empty without feedback."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The recommendation for one context."""

    models: tuple[LearnedModel, ...]
    """All models with feedback, best first."""
    reasoning: str
    """One sentence with the counts that led to the recommendation."""
    lifetime_s: float
    """Seconds after a message of the stream for which the entry is fresh."""

    @property
    def names(self) -> tuple[str, ...]:
        """Identifiers of the models."""
        return tuple(one.model for one in self.models)

    def reasoning_for(self, chosen: str, candidates: Collection[str]) -> str:
        """Returns the reasoning of the entry, or one about the candidates if they are not the models of the entry."""
        if set(candidates) == set(self.names):
            return self.reasoning
        return f"{chosen} was drawn from {len(candidates)} candidates by the scores of the local table."


def entry_of(message: recommend_service_pb2.TableEntry, send_time: float) -> Entry:
    """Returns the entry of a message. `send_time` is in seconds since the epoch by the clock of the service.

    The lifetime starts at the latest message of the stream, so that client and service need no common clock.
    """
    has_expiry = message.HasField("expire_time") and send_time
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
        lifetime_s=max(0.0, _expiry(message) - send_time) if has_expiry else float("inf"),
    )


def _expiry(message: recommend_service_pb2.TableEntry) -> float:
    """Returns the expiry of an entry in seconds since the epoch by the clock of the service."""
    return message.expire_time.seconds + message.expire_time.nanos / 1e9


def is_valid_user_id(user_id: str) -> bool:
    """Returns whether the service accepts a user identifier."""
    return 0 < len(user_id) <= USER_ID_LENGTH_MAX and user_id.isprintable()


def lookup_order(user_id: str, task_type: str, domain_mode: str) -> Iterable[Key]:
    """Returns the keys of a lookup, narrowest first."""
    domain = domain_mode or "general"
    if user_id:
        yield (user_id, task_type, domain)
    yield ("", task_type, domain)
    yield ("", task_type, "")
    yield ("", "", "")


def draw(
    models: Iterable[LearnedModel],
    random: Callable[[], float],
    candidates: Collection[str] = (),
    excluded: Collection[str] = (),
) -> tuple[LearnedModel, float] | None:
    """Returns a randomly chosen eligible model with the exact probability of the choice; None if none is eligible.

    The propensities of the eligible models are normalised to a sum of 1. If all of them are 0, the best eligible model
    is chosen. `random` returns numbers in [0, 1). A candidate or an excluded model may have another name of the model,
    such as `openai/gpt-4o`; the chosen model has the name of the candidate.
    """
    names = {model_name(name).model: name for name in reversed(list(candidates))} | {name: name for name in candidates}
    absent = {*excluded, *(model_name(name).model for name in excluded)}
    eligible = [one for one in models if (not candidates or one.model in names) and one.model not in absent]
    if not eligible:
        return None
    total = sum(one.propensity for one in eligible)
    if total <= 0.0:
        return _named(eligible[0], names), 1.0
    remaining = random() * total
    chosen = eligible[0]
    for one in eligible:
        if one.propensity <= 0.0:
            continue
        chosen = one
        remaining -= one.propensity
        if remaining < 0.0:
            break
    return _named(chosen, names), min(1.0, chosen.propensity / total)


def _named(chosen: LearnedModel, names: Mapping[str, str]) -> LearnedModel:
    name = names.get(chosen.model, chosen.model)
    return chosen if name == chosen.model else replace(chosen, model=name)


def are_learned(models: Iterable[str], learned: Collection[str]) -> bool:
    """Returns whether each of the models is learned, under the same or another name."""
    return all(name in learned or model_name(name).model in learned for name in models)
