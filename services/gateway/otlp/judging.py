"""Evaluations become explicit feedback: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.otlp.mapping import (
    CATEGORIES,
    EVALUATION,
    EVALUATOR,
    INVERTED_LABELS,
    INVERTED_NAMES,
    JUDGES,
    NEGATIVE_LABELS,
    POSITIVE_FROM,
    POSITIVE_LABELS,
    Row,
    plain,
)
from gateway.otlp.values import Attributes, Unfit, Value
from kit.rpc.validation import problems
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1.feedback_pb2 import ExplicitFeedback

COMMENT_CHARACTERS_MAX = 4000
_RATINGS = {-1: feedback_pb2.RATING_NEGATIVE, 0: feedback_pb2.RATING_NEUTRAL, 1: feedback_pb2.RATING_POSITIVE}
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One judgement of one output."""

    output_id: str
    user_id: str
    rating: int
    """1, 0 or -1."""
    category: feedback_pb2.FeedbackCategory.ValueType
    comment: str
    time_ns: int
    """Since 1970; 0 when unknown."""
    names: dict[str, str]
    """The sender's names of the fields."""


def rating_of(name: str, label: str, value: float | None) -> int:
    """Returns 1, 0 or -1 by the table: a known label decides, else a score in [0, 1], else neither."""
    inverted = plain(name) in INVERTED_NAMES
    bad, good = INVERTED_LABELS
    word = plain(label)
    if inverted and word in bad | good:
        return -1 if word in bad else 1
    if word in POSITIVE_LABELS | NEGATIVE_LABELS:
        return 1 if word in POSITIVE_LABELS else -1
    if value is None or not 0 <= value <= 1:
        return 0
    return 1 if (value >= POSITIVE_FROM) is not inverted else -1


def category_of(name: str) -> feedback_pb2.FeedbackCategory.ValueType:
    """Returns what an evaluation of that name is about."""
    word = CATEGORIES.get(plain(name), "OTHER")
    return feedback_pb2.FeedbackCategory.Value(f"FEEDBACK_CATEGORY_{word}")


def evaluation(
    attributes: Attributes,
    *,
    rows: Sequence[Row] = EVALUATION,
    index: int = 0,
    output_id: str = "",
    user_id: str = "",
    time_ns: int = 0,
) -> Evaluation:
    """Reads an evaluation by the rows; output and user are those of the span, where it has any. Raises Unfit."""
    found: dict[str, Value] = {}
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.target, row.attribute.replace(".N.", f".{index}."))
    for target in list(names):
        if (each := attributes.read((row for row in rows if row.target == target), index)) is not None:
            names[target], found[target] = each
    name = str(found.get("name", "")).strip()
    if not name:
        raise Unfit(names["name"], "is required")
    value = found.get("value")
    score = float(value) if isinstance(value, int | float) else None
    label, comment = str(found.get("label", "")), str(found.get("explanation", ""))
    if score is None and not label and not comment:
        raise Unfit(names["value"], "is required without a label")
    output = str(found.get("output_id", "")) or output_id
    if not output:
        raise Unfit(names.get("output_id", "gen_ai.response.id"), "is required, since the span is no recorded output")
    user = str(found.get("user_id", "")) or ("" if found.get("judge") in JUDGES else user_id)
    if not user:
        names["user_id"] = names["name"]
    return Evaluation(
        output_id=output,
        user_id=user or EVALUATOR + name,
        rating=rating_of(name, label, score),
        category=category_of(name),
        comment=comment,
        time_ns=time_ns,
        names=names,
    )


def grouped(evaluations: Iterable[Evaluation]) -> list[list[Evaluation]]:
    """Puts together what one user says of one output."""
    groups: dict[tuple[str, str], list[Evaluation]] = {}
    for each in evaluations:
        groups.setdefault((each.output_id, each.user_id), []).append(each)
    return list(groups.values())


def feedback(group: Sequence[Evaluation]) -> ExplicitFeedback:
    """Returns the one vote of a user on an output: what most of the evaluations say, about all their categories.

    Raises Unfit when it breaks a rule of feedback.
    """
    first, total = group[0], sum(each.rating for each in group)
    time_ns = max(each.time_ns for each in group)
    if not time_ns:
        raise Unfit("time_unix_nano", "is required")
    message = ExplicitFeedback(
        output_id=first.output_id,
        user_id=first.user_id,
        rating=_RATINGS[(total > 0) - (total < 0)],
        categories=sorted({each.category for each in group}),
        comment="\n".join(each.comment for each in group if each.comment)[:COMMENT_CHARACTERS_MAX],
        source=feedback_pb2.FEEDBACK_SOURCE_API,
        client_time=Timestamp(seconds=time_ns // _NS, nanos=time_ns % _NS),
    )
    for each in problems(message):
        target = {"comment": "explanation"}.get(each.field, each.field)
        raise Unfit(first.names.get(target, each.field), each.why)
    return message
