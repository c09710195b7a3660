"""Converts evaluations to explicit feedback."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.otlp.convert.attributes import Attributes
from gateway.otlp.convert.evaluation_table import (
    AUTOMATED_ANNOTATORS,
    CATEGORIES,
    EVALUATION_ROWS,
    EVALUATOR_PREFIX,
    INVERTED_NAMES,
    INVERTED_NEGATIVE_LABELS,
    INVERTED_POSITIVE_LABELS,
    NEGATIVE_LABELS,
    POSITIVE_LABELS,
    POSITIVE_SHARE_MIN,
    RANGES,
)
from gateway.otlp.convert.items import Position, SkippedEvaluation
from gateway.otlp.convert.operations import Reason
from gateway.otlp.convert.table import Row
from gateway.otlp.convert.values import InvalidAttribute, Value
from gateway.otlp.settings import Range, normalize_name
from kit.ids import output_id_of
from kit.rpc.validation import problems
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1.feedback_pb2 import EvaluationScore, ExplicitFeedback
from splits.user_keys import is_blank, user_key

COMMENT_CHARACTERS_MAX = 4000
_RATINGS = {-1: feedback_pb2.RATING_NEGATIVE, 0: feedback_pb2.RATING_NEUTRAL, 1: feedback_pb2.RATING_POSITIVE}
_NS_PER_S = 1_000_000_000
_REQUIRED = frozenset({"name", "value", "output_id", "user_id"})
"""Targets whose invalid value rejects the evaluation."""
_RANGE = re.compile(r"\s*[\[(]?\s*(-?\d+(?:\.\d+)?)\s*(?:-|\.\.|:|,|to)\s*(-?\d+(?:\.\d+)?)\s*[\])]?\s*")


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


def rating_of(name: str, label: str, score: float | None, ranges: Sequence[Range] | None = None) -> int | None:
    """Returns 1, 0 or -1: by a known label, else by the score in its range, else 0 without a score.

    `ranges` are the ranges that the score may have; by default those of the name. Returns None for a score without a
    known label, if no range contains it, or if the ranges that contain it disagree.
    """
    key = normalize_name(name)
    is_inverted, label = key in INVERTED_NAMES, normalize_name(label)
    if is_inverted and label in INVERTED_NEGATIVE_LABELS | INVERTED_POSITIVE_LABELS:
        return -1 if label in INVERTED_NEGATIVE_LABELS else 1
    if label in POSITIVE_LABELS | NEGATIVE_LABELS:
        return 1 if label in POSITIVE_LABELS else -1
    if score is None:
        return 0
    found = {
        (score - low) / (high - low) >= POSITIVE_SHARE_MIN
        for low, high in (RANGES.get(key, ()) if ranges is None else ranges)
        if low <= score <= high
    }
    if len(found) != 1:
        return None
    return 1 if found.pop() is not is_inverted else -1


def category_of(name: str) -> feedback_pb2.FeedbackCategory.ValueType:
    """Returns the feedback category of an evaluation's name."""
    category = CATEGORIES.get(normalize_name(name), "OTHER")
    return feedback_pb2.FeedbackCategory.Value(f"FEEDBACK_CATEGORY_{category}")


def read_evaluation(
    attributes: Attributes,
    position: Position,
    ranges: Mapping[str, Range],
    *,
    rows: Sequence[Row] = EVALUATION_ROWS,
    index: int = 0,
    output_id: str = "",
    user_id: str = "",
    time_ns: int = 0,
) -> Evaluation | SkippedEvaluation:
    """Returns the evaluation that the attributes contain.

    `ranges` are the ranges of the settings by normalized name. `output_id` and `user_id` are those of the span and are
    used if the attributes contain none. Raises InvalidAttribute if an attribute without which there is no vote is
    missing or invalid.
    """
    names, values = _values(attributes, rows, index)
    name = user_key(str(values.get("name", "")))
    if not name:
        raise InvalidAttribute(names["name"], "is required")
    if "error" in values:
        return SkippedEvaluation(position, Reason.FAILED_EVALUATION, name, None)
    value = values.get("value")
    score = float(value) if isinstance(value, int | float) else None
    label, comment = (_visible(str(values.get(target, ""))) for target in ("label", "explanation"))
    if score is None and not label and not comment:
        raise InvalidAttribute(names["value"], "is required if label and explanation are missing")
    rating = rating_of(
        name, label, score, _declared_ranges(attributes, names, values, ranges.get(normalize_name(name)))
    )
    if rating is None and label:
        rating = 0
    output = output_id_of(str(values.get("output_id", ""))) or output_id
    if not output:
        raise InvalidAttribute(
            names.get("output_id", "gen_ai.response.id"), "is required, because the span is not an output"
        )
    is_automated = values.get("annotator_kind") in AUTOMATED_ANNOTATORS
    user = str(values.get("user_id", "")) or ("" if is_automated else user_id)
    if rating is None:
        message = _score_message(output, name, float(score or 0.0), user_key(user), time_ns, names)
        return SkippedEvaluation(position, Reason.NO_RANGE, name, score, message)
    if not user:
        names["user_id"] = names["name"]
    return Evaluation(
        output_id=output,
        user_id=user_key(user or EVALUATOR_PREFIX + name),
        rating=rating,
        category=category_of(name),
        comment=comment,
        time_ns=time_ns,
        attribute_names=names,
    )


def _score_message(
    output_id: str, name: str, score: float, user_id: str, time_ns: int, names: Mapping[str, str]
) -> EvaluationScore:
    """Returns a score that is no vote; raises InvalidAttribute if it violates a validation rule of EvaluationScore."""
    message = EvaluationScore(output_id=output_id, name=name, score=score, user_id=user_id)
    if time_ns:
        message.observe_time.CopyFrom(_timestamp(time_ns))
    for each in problems(message):
        raise InvalidAttribute(names.get({"score": "value"}.get(each.field, each.field), each.field), each.why)
    return message


def _timestamp(time_ns: int) -> Timestamp:
    return Timestamp(seconds=time_ns // _NS_PER_S, nanos=time_ns % _NS_PER_S)


def _visible(text: str) -> str:
    """Returns the text, or an empty one if it has no visible character."""
    return "" if is_blank(text) else text


def _values(attributes: Attributes, rows: Sequence[Row], index: int) -> tuple[dict[str, str], dict[str, Value]]:
    """Returns the name of the attribute and the value of each target; the name also of a target without a value."""
    values: dict[str, Value] = {}
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.target, row.attribute.replace(".N.", f".{index}."))
    for target in list(names):
        chosen = [row for row in rows if row.target == target]
        read = attributes.read_required if target in _REQUIRED else attributes.read
        if (found := read(chosen, index)) is not None:
            names[target], values[target] = found
    return names, values


def _declared_ranges(
    attributes: Attributes, names: Mapping[str, str], values: Mapping[str, Value], configured: Range | None
) -> list[Range] | None:
    """Returns the range that the evaluation declares, or else that of the settings; None if there is neither.

    An invalid declared range is counted as an attribute error and leaves the score without a range.
    """
    if "minimum" in values and "maximum" in values:
        name, low, high = names["maximum"], float(values["minimum"]), float(values["maximum"])
    elif "range" in values:
        name, low, high = names["range"], math.nan, math.nan
        if match := _RANGE.fullmatch(str(values["range"])):
            low, high = float(match[1]), float(match[2])
    else:
        return None if configured is None else [configured]
    if not low < high:
        attributes.report(name, "must state a minimum and a greater maximum, such as 1-5")
        return []
    return [(low, high)]


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
        client_time=_timestamp(time_ns),
    )
    for each in problems(message):
        target = {"comment": "explanation"}.get(each.field, each.field)
        raise InvalidAttribute(first.attribute_names.get(target, each.field), each.why)
    return message
