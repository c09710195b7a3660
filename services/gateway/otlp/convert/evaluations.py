"""Converts evaluations to explicit feedback."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.otlp.convert.attributes import Attributes, InvalidAttribute, Value
from gateway.otlp.convert.foreign_ids import output_id_of
from gateway.otlp.convert.table import (
    AUTOMATED_ANNOTATORS,
    CATEGORIES,
    EVALUATION_ROWS,
    EVALUATOR_PREFIX,
    INVERTED_NAMES,
    INVERTED_NEGATIVE_LABELS,
    INVERTED_POSITIVE_LABELS,
    NEGATIVE_LABELS,
    POSITIVE_LABELS,
    POSITIVE_SCORE_MIN,
    Row,
    normalize_name,
)
from kit.rpc.validation import problems
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1.feedback_pb2 import ExplicitFeedback
from splits.user_keys import user_key

COMMENT_CHARACTERS_MAX = 4000
_RATINGS = {-1: feedback_pb2.RATING_NEGATIVE, 0: feedback_pb2.RATING_NEUTRAL, 1: feedback_pb2.RATING_POSITIVE}
_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation of an output."""

    output_id: str
    user_id: str
    """Key of the user."""
    rating: int
    """1, 0 or -1."""
    category: feedback_pb2.FeedbackCategory.ValueType
    comment: str
    time_ns: int
    """Nanoseconds since 1970; 0 if unknown."""
    attribute_names: dict[str, str]
    """Name of the attribute that set each target, for error messages."""


def rating_of(name: str, label: str, score: float | None) -> int:
    """Returns 1, 0 or -1: by a known label, else by a score in [0, 1], else 0."""
    is_inverted = normalize_name(name) in INVERTED_NAMES
    label = normalize_name(label)
    if is_inverted and label in INVERTED_NEGATIVE_LABELS | INVERTED_POSITIVE_LABELS:
        return -1 if label in INVERTED_NEGATIVE_LABELS else 1
    if label in POSITIVE_LABELS | NEGATIVE_LABELS:
        return 1 if label in POSITIVE_LABELS else -1
    if score is None or not 0 <= score <= 1:
        return 0
    return 1 if (score >= POSITIVE_SCORE_MIN) is not is_inverted else -1


def category_of(name: str) -> feedback_pb2.FeedbackCategory.ValueType:
    """Returns the feedback category of an evaluation's name."""
    category = CATEGORIES.get(normalize_name(name), "OTHER")
    return feedback_pb2.FeedbackCategory.Value(f"FEEDBACK_CATEGORY_{category}")


def read_evaluation(
    attributes: Attributes,
    *,
    rows: Sequence[Row] = EVALUATION_ROWS,
    index: int = 0,
    output_id: str = "",
    user_id: str = "",
    time_ns: int = 0,
) -> Evaluation:
    """Returns the evaluation that the attributes contain.

    `output_id` and `user_id` are those of the span and are used if the attributes contain none. Raises
    InvalidAttribute.
    """
    values: dict[str, Value] = {}
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.target, row.attribute.replace(".N.", f".{index}."))
    for target in list(names):
        if (found := attributes.read((row for row in rows if row.target == target), index)) is not None:
            names[target], values[target] = found
    name = user_key(str(values.get("name", "")))
    if not name:
        raise InvalidAttribute(names["name"], "is required")
    value = values.get("value")
    score = float(value) if isinstance(value, int | float) else None
    label, comment = str(values.get("label", "")), str(values.get("explanation", ""))
    if score is None and not label and not comment:
        raise InvalidAttribute(names["value"], "is required if label and explanation are missing")
    output = output_id_of(str(values.get("output_id", ""))) or output_id
    if not output:
        raise InvalidAttribute(
            names.get("output_id", "gen_ai.response.id"), "is required, because the span is not a recorded output"
        )
    is_automated = values.get("annotator_kind") in AUTOMATED_ANNOTATORS
    user = str(values.get("user_id", "")) or ("" if is_automated else user_id)
    if not user:
        names["user_id"] = names["name"]
    return Evaluation(
        output_id=output,
        user_id=user_key(user or EVALUATOR_PREFIX + name),
        rating=rating_of(name, label, score),
        category=category_of(name),
        comment=comment,
        time_ns=time_ns,
        attribute_names=names,
    )


def grouped_by_user(evaluations: Iterable[Evaluation]) -> list[list[Evaluation]]:
    """Returns the evaluations in groups with the same output and user."""
    groups: dict[tuple[str, str], list[Evaluation]] = {}
    for each in evaluations:
        groups.setdefault((each.output_id, each.user_id), []).append(each)
    return list(groups.values())


def feedback_of(group: Sequence[Evaluation]) -> ExplicitFeedback:
    """Returns one vote for evaluations of the same output and user: the sign of the sum of ratings, all categories.

    Raises InvalidAttribute if the vote violates a validation rule of ExplicitFeedback.
    """
    first, total = group[0], sum(each.rating for each in group)
    time_ns = max(each.time_ns for each in group)
    if not time_ns:
        raise InvalidAttribute("time_unix_nano", "is required")
    message = ExplicitFeedback(
        output_id=first.output_id,
        user_id=first.user_id,
        rating=_RATINGS[(total > 0) - (total < 0)],
        categories=sorted({each.category for each in group}),
        comment="\n".join(each.comment for each in group if each.comment)[:COMMENT_CHARACTERS_MAX],
        source=feedback_pb2.FEEDBACK_SOURCE_API,
        client_time=Timestamp(seconds=time_ns // _NS_PER_S, nanos=time_ns % _NS_PER_S),
    )
    for each in problems(message):
        target = {"comment": "explanation"}.get(each.field, each.field)
        raise InvalidAttribute(first.attribute_names.get(target, each.field), each.why)
    return message
