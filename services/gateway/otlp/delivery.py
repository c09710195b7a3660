"""Sends converted items to ingest and collects the results."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.otlp.convert.items import (
    ConvertedRequest,
    FeedbackItem,
    ManifestItem,
    Position,
    Rejection,
    request_id,
)
from gateway.otlp.ingest_client import IngestClient
from kit.errors import Exhausted, Invalid
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1.feedback_pb2 import EvaluationScore

T = TypeVar("T")

MANIFESTS_PER_CALL = 250
SPANS_PER_CALL = 250
SCORES_PER_CALL = 1000
CONCURRENT_VOTES_MAX = 128
USER_LIMIT_REASON = "USER_PACE"
"""Reason of ingest if one user exceeds their rate limit; votes of other users are still accepted."""
_SPAN_PATH = re.compile(r"spans\[(\d+)\]\.?(.*)")
_MANIFEST_PATH = re.compile(r"manifests\[(\d+)\]\.?(.*)")
_SCORE_PATH = re.compile(r"scores\[(\d+)\]\.?(.*)")
_FEEDBACK_PREFIX = "feedback."


@dataclass(slots=True)
class DeliveryResult:
    """Results of the items of a request."""

    stored: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Number of stored items by kind (as in Rejection) and outcome (accepted, duplicate, waiting)."""
    scores_left_out: int = 0
    """Number of evaluation scores over the limit of the tenant, which were not stored."""
    rejections: list[Rejection] = field(default_factory=list)
    """Items that ingest rejected."""

    def count(self, kind: str, outcome: int) -> None:
        """Counts a stored item; `outcome` is an ItemOutcome."""
        self.stored[kind, "duplicate" if outcome == feedback_pb2.ITEM_OUTCOME_DUPLICATE else "accepted"] += 1


async def deliver(
    ingest: IngestClient, converted: ConvertedRequest, authorization: str, result: DeliveryResult
) -> None:
    """Sends spans of traces, the manifests, the scores, then the votes. An invalid item does not affect other items.

    Raises a RadiantError if the sender must repeat the request or is not authorized. Items that were stored before
    the error are counted in `result`.
    """
    await _record_traces(ingest, converted, authorization, result)
    recorded = [each for each in converted.manifests if each.trace_span is None]
    for manifests in _batches(recorded, MANIFESTS_PER_CALL):
        await _record_manifests(ingest, manifests, authorization, result)
    scores = [(each.position, each.message) for each in converted.skipped if each.message is not None]
    for batch in _batches(scores, SCORES_PER_CALL):
        await _record_scores(ingest, batch, authorization, result)
    user_limit: Exhausted | None = None
    for votes in _batches(converted.feedback, CONCURRENT_VOTES_MAX):
        calls = (_submit_feedback(ingest, each, authorization, result) for each in votes)
        failures = [each for each in await asyncio.gather(*calls, return_exceptions=True) if each is not None]
        for failure in failures:
            if not isinstance(failure, Exhausted) or failure.reason != USER_LIMIT_REASON:
                raise failure
            user_limit = failure
    if user_limit is not None:
        raise user_limit


async def _record_traces(
    ingest: IngestClient, converted: ConvertedRequest, authorization: str, result: DeliveryResult
) -> None:
    """Records spans for other requests, and outputs that ingest compares with those. Ingest may reject some outputs."""
    spans: list[tuple[ManifestItem | None, pb.TraceSpan]] = [(None, each) for each in converted.trace_spans]
    for item in converted.manifests:
        if item.trace_span is None:
            continue
        span = pb.TraceSpan()
        span.CopyFrom(item.trace_span)
        span.manifest.CopyFrom(item.manifest)
        spans.append((item, span))
    for batch in _batches(spans, SPANS_PER_CALL):
        remaining = list(batch)
        while remaining:
            request = pb.RecordTraceRequest(spans=[span for _, span in remaining])
            try:
                result.stored["manifest", "waiting"] += await ingest.record_trace(request, authorization)
            except Invalid as error:
                rejected = _trace_rejections(error, remaining)
                if not rejected:
                    raise
                result.rejections += [each for each in rejected.values() if each is not None]
                remaining = [each for index, each in enumerate(remaining) if index not in rejected]
                continue
            break


def _trace_rejections(
    error: Invalid, spans: Sequence[tuple[ManifestItem | None, pb.TraceSpan]]
) -> dict[int, Rejection | None]:
    """Returns the first violation of each invalid span, by its index; None for a span without a manifest."""
    rejections: dict[int, Rejection | None] = {}
    for each in error.violations:
        if (match := _SPAN_PATH.fullmatch(each.field)) and int(match[1]) < len(spans):
            item = spans[int(match[1])][0]
            field = match[2].removeprefix("manifest.") or "manifest"
            rejection = Rejection("manifest", item.position, field, each.why) if item is not None else None
            rejections.setdefault(int(match[1]), rejection)
    return rejections


async def _record_manifests(
    ingest: IngestClient, items: Sequence[ManifestItem], authorization: str, result: DeliveryResult
) -> None:
    """Records manifests. If ingest rejects some of them, the others are sent again."""
    while items:
        manifests = [each.manifest for each in items]
        name = request_id("manifests", items[0].position.span, manifests)
        request = pb.BatchRecordManifestsRequest(request_id=name, manifests=manifests)
        try:
            outcomes = await ingest.record_manifests(request, authorization)
        except Invalid as error:
            rejections = _manifest_rejections(error, items)
            if not rejections:
                raise
            result.rejections += rejections.values()
            items = [each for index, each in enumerate(items) if index not in rejections]
            continue
        for item, outcome in zip(items, outcomes, strict=True):
            if outcome.outcome == feedback_pb2.ITEM_OUTCOME_REJECTED:
                why = outcome.error_message.partition(".")[2] or "was rejected"
                result.rejections.append(Rejection("manifest", item.position, item.manifest.output_id, why))
            else:
                result.count("manifest", outcome.outcome)
        return


def _manifest_rejections(error: Invalid, items: Sequence[ManifestItem]) -> dict[int, Rejection]:
    """Returns the first violation of each invalid manifest, by its index."""
    rejections: dict[int, Rejection] = {}
    for each in error.violations:
        if (match := _MANIFEST_PATH.fullmatch(each.field)) and int(match[1]) < len(items):
            rejection = Rejection("manifest", items[int(match[1])].position, match[2] or "manifest", each.why)
            rejections.setdefault(int(match[1]), rejection)
    return rejections


async def _record_scores(
    ingest: IngestClient, items: Sequence[tuple[Position, EvaluationScore]], authorization: str, result: DeliveryResult
) -> None:
    """Records scores of evaluations. If ingest rejects some of them, the others are sent again."""
    while items:
        request = pb.RecordEvaluationScoresRequest(scores=[message for _, message in items])
        try:
            answer = await ingest.record_scores(request, authorization)
        except Invalid as error:
            rejections: dict[int, Rejection] = {}
            for each in error.violations:
                if (match := _SCORE_PATH.fullmatch(each.field)) and int(match[1]) < len(items):
                    rejection = Rejection("evaluation_score", items[int(match[1])][0], match[2] or "score", each.why)
                    rejections.setdefault(int(match[1]), rejection)
            if not rejections:
                raise
            result.rejections += rejections.values()
            items = [each for index, each in enumerate(items) if index not in rejections]
            continue
        result.stored["evaluation_score", "accepted"] += answer.stored
        result.stored["evaluation_score", "duplicate"] += answer.duplicates
        result.scores_left_out += answer.left_out
        return


async def _submit_feedback(
    ingest: IngestClient, item: FeedbackItem, authorization: str, result: DeliveryResult
) -> None:
    name = request_id("feedback", item.position.span, [item.feedback])
    request = pb.SubmitExplicitFeedbackRequest(request_id=name, feedback=item.feedback)
    try:
        result.count("feedback", await ingest.submit_feedback(request, authorization))
    except Invalid as error:
        violations = [each for each in error.violations if each.field.startswith(_FEEDBACK_PREFIX)]
        if not violations:
            raise
        field_path = violations[0].field.removeprefix(_FEEDBACK_PREFIX)
        result.rejections.append(Rejection("feedback", item.position, field_path, violations[0].why))


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
