"""What was understood goes to ingest, and what became of it comes back."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.otlp.ingest_calls import Ingest
from gateway.otlp.items import Ballot, Mapped, Output, Reject, request_id
from kit.errors import Exhausted, Invalid
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

T = TypeVar("T")

MANIFESTS_PER_CALL = 250
VOTES_AT_ONCE = 128
ONE_USER = "USER_PACE"
"""Reason by which ingest refuses one user; it takes what others say."""
_PLACE = re.compile(r"manifests\[(\d+)\]\.?(.*)")
_VOTE = "feedback."


@dataclass(slots=True)
class Delivered:
    """What became of a request's items."""

    stored: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many, by kind (manifest, feedback) and outcome (accepted, duplicate)."""
    rejects: list[Reject] = field(default_factory=list)
    """What ingest does not take."""

    def count(self, kind: str, outcome: int) -> None:
        """Counts one stored item."""
        self.stored[kind, "duplicate" if outcome == feedback_pb2.ITEM_OUTCOME_DUPLICATE else "accepted"] += 1


async def deliver(ingest: Ingest, mapped: Mapped, authorization: str, into: Delivered) -> None:
    """Sends manifests, then votes; a bad one costs only itself.

    Raises a RadiantError when the request must be sent again, or the caller may not; what `into` counts is stored.
    """
    for outputs in _pieces(mapped.outputs, MANIFESTS_PER_CALL):
        await _record(ingest, outputs, authorization, into)
    paced: Exhausted | None = None
    for ballots in _pieces(mapped.ballots, VOTES_AT_ONCE):
        calls = (_submit(ingest, each, authorization, into) for each in ballots)
        failures = [each for each in await asyncio.gather(*calls, return_exceptions=True) if each is not None]
        for failure in failures:
            if not isinstance(failure, Exhausted) or failure.reason != ONE_USER:
                raise failure
            paced = failure
    if paced is not None:
        raise paced


async def _record(ingest: Ingest, outputs: Sequence[Output], authorization: str, into: Delivered) -> None:
    """Records manifests; those that ingest names as bad are left out, and the others are sent again."""
    while outputs:
        manifests = [each.manifest for each in outputs]
        name = request_id("manifests", outputs[0].place.span, manifests)
        request = pb.BatchRecordManifestsRequest(request_id=name, manifests=manifests)
        try:
            results = await ingest.record(request, authorization)
        except Invalid as refusal:
            bad = _bad_manifests(refusal, outputs)
            if not bad:
                raise
            into.rejects += bad.values()
            outputs = [each for index, each in enumerate(outputs) if index not in bad]
            continue
        for output, result in zip(outputs, results, strict=True):
            if result.outcome == feedback_pb2.ITEM_OUTCOME_REJECTED:
                why = result.error_message.partition(".")[2] or "is not taken"
                into.rejects.append(Reject("manifest", output.place, output.manifest.output_id, why))
            else:
                into.count("manifest", result.outcome)
        return


def _bad_manifests(refusal: Invalid, outputs: Sequence[Output]) -> dict[int, Reject]:
    """Returns why each manifest is refused that the refusal names."""
    found: dict[int, Reject] = {}
    for each in refusal.violations:
        if (match := _PLACE.fullmatch(each.field)) and int(match[1]) < len(outputs):
            reject = Reject("manifest", outputs[int(match[1])].place, match[2] or "manifest", each.why)
            found.setdefault(int(match[1]), reject)
    return found


async def _submit(ingest: Ingest, ballot: Ballot, authorization: str, into: Delivered) -> None:
    name = request_id("feedback", ballot.place.span, [ballot.feedback])
    request = pb.SubmitExplicitFeedbackRequest(request_id=name, feedback=ballot.feedback)
    try:
        into.count("feedback", await ingest.submit(request, authorization))
    except Invalid as refusal:
        bad = [each for each in refusal.violations if each.field.startswith(_VOTE)]
        if not bad:
            raise
        into.rejects.append(Reject("feedback", ballot.place, bad[0].field.removeprefix(_VOTE), bad[0].why))


def _pieces(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
