"""Methods of IngestService that store manifests and feedback."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from ingest.aliases.model_aliases import ModelAliases
from ingest.aliases.unmatched import UnmatchedLimit
from ingest.api.convert.feedback import (
    evaluation_scores,
    explicit_write,
    retraction_write,
    signal_batch_write,
    signal_write,
    stream_batch_write,
    stream_refusal,
)
from ingest.api.convert.manifests import manifest_batch_write, manifest_write, outcome_write, trace_spans
from ingest.api.convert.times import time_bounds
from ingest.api.convert.voice import upload_parts
from ingest.domain.model import TimeBounds, Write
from ingest.domain.ports import UserRateLimit
from ingest.evaluators.registry import EvaluatorRegistry
from ingest.evaluators.scores import EvaluationScores
from ingest.settings import WriteLimits
from ingest.traces.store import Traces
from ingest.voice.intake import VoiceIntake
from ingest.writes.group_commit import GroupCommit
from ingest.writes.redaction import redact_comments
from ingest.writes.signal_stream import acknowledgements
from kit.auth.tokens import current_principal, tenant_of
from kit.errors import Unimplemented
from kit.personal_data import Redactor
from kit.rpc.answers import stored
from kit.rpc.validation import validate
from radiant.ingest.v1 import ingest_service_pb2 as pb

Context = Any

_PROGRAM_ROLES = frozenset({"service", "admin", "operator"})
"""Roles whose callers may submit for registered evaluators with the limit of evaluators."""


def _bounds() -> TimeBounds:
    return time_bounds(time.time_ns() // 1000)


class WriteServicer:
    """Converts write requests to writes and returns their stored responses."""

    def __init__(
        self,
        group_commit: GroupCommit,
        rate_limit: UserRateLimit,
        evaluator_limit: UserRateLimit,
        evaluators: EvaluatorRegistry,
        model_aliases: ModelAliases,
        unmatched_limit: UnmatchedLimit,
        redactor: Redactor,
        limits: WriteLimits,
        voice: VoiceIntake | None,
        traces: Traces,
        scores: EvaluationScores,
    ) -> None:
        """Takes the limits of users and of evaluators. Without `voice` the service refuses voice feedback."""
        self._group_commit, self._rate_limit, self._redactor = group_commit, rate_limit, redactor
        self._evaluator_limit, self._evaluators = evaluator_limit, evaluators
        self._model_aliases, self._unmatched_limit = model_aliases, unmatched_limit
        self._limits, self._voice, self._traces, self._scores = limits, voice, traces, scores

    async def RecordManifest(self, request: pb.RecordManifestRequest, context: Context) -> pb.RecordManifestResponse:
        """Records one manifest."""
        write = manifest_write(request, tenant_of(request.tenant_id), _bounds())
        write = await self._model_aliases.credited(write)
        return stored(await self._group_commit.submit(write), pb.RecordManifestResponse)

    async def BatchRecordManifests(
        self, request: pb.BatchRecordManifestsRequest, context: Context
    ) -> pb.BatchRecordManifestsResponse:
        """Records many manifests."""
        write = manifest_batch_write(request, tenant_of(request.tenant_id), _bounds())
        write = await self._model_aliases.credited(write)
        return stored(await self._group_commit.submit(write), pb.BatchRecordManifestsResponse)

    async def RecordOutcome(self, request: pb.RecordOutcomeRequest, context: Context) -> pb.RecordOutcomeResponse:
        """Records the outcome of an output."""
        write = outcome_write(request, tenant_of(request.tenant_id))
        return stored(await self._group_commit.submit(write), pb.RecordOutcomeResponse)

    async def RecordTrace(self, request: pb.RecordTraceRequest, context: Context) -> pb.RecordTraceResponse:
        """Stores spans of traces, and manifests that wait for them."""
        tenant = tenant_of(request.tenant_id)
        spans = trace_spans(request, tenant, _bounds())
        return pb.RecordTraceResponse(manifests=await self._traces.store(tenant, spans))

    async def RecordEvaluationScores(
        self, request: pb.RecordEvaluationScoresRequest, context: Context
    ) -> pb.RecordEvaluationScoresResponse:
        """Stores scores of evaluations that are no votes."""
        tenant = tenant_of(request.tenant_id)
        counts = await self._scores.record(tenant, evaluation_scores(request, _bounds()))
        duplicates = len(request.scores) - counts.stored - counts.left_out
        return pb.RecordEvaluationScoresResponse(stored=counts.stored, duplicates=duplicates, left_out=counts.left_out)

    async def SubmitExplicitFeedback(
        self, request: pb.SubmitExplicitFeedbackRequest, context: Context
    ) -> pb.SubmitExplicitFeedbackResponse:
        """Stores a vote."""
        write = explicit_write(request, tenant_of(request.tenant_id), _bounds())
        return stored(await self._submit_votes(write), pb.SubmitExplicitFeedbackResponse)

    async def SubmitImplicitSignal(
        self, request: pb.SubmitImplicitSignalRequest, context: Context
    ) -> pb.SubmitImplicitSignalResponse:
        """Stores a signal."""
        write = signal_write(request, tenant_of(request.tenant_id), _bounds())
        return stored(await self._group_commit.submit(write), pb.SubmitImplicitSignalResponse)

    async def BatchSubmitImplicitSignals(
        self, request: pb.BatchSubmitImplicitSignalsRequest, context: Context
    ) -> pb.BatchSubmitImplicitSignalsResponse:
        """Stores many signals."""
        write = signal_batch_write(request, tenant_of(request.tenant_id), _bounds())
        return stored(await self._group_commit.submit(write), pb.BatchSubmitImplicitSignalsResponse)

    def StreamSignals(
        self, request_iterator: AsyncIterator[pb.StreamSignalsRequest], context: Context
    ) -> AsyncIterator[pb.StreamSignalsResponse]:
        """Stores the batches of a stream and acknowledges each of them."""
        return acknowledgements(
            request_iterator,
            self._store_batch,
            stream_refusal,
            in_flight_max=self._limits.stream_batches_max,
            idle_max=self._limits.stream_idle_max,
        )

    async def _store_batch(self, batch: pb.StreamSignalsRequest) -> pb.StreamSignalsResponse:
        validate(batch, is_counted=True)
        write = stream_batch_write(batch, tenant_of(batch.tenant_id), _bounds())
        return stored(await self._submit_votes(write), pb.StreamSignalsResponse)

    async def _submit_votes(self, write: Write) -> bytes:
        """Submits a write that may have votes: redacts their comments and applies the hourly limits."""
        if not write.votes:
            return await self._group_commit.submit(write)
        await self._unmatched_limit.check(write.tenant_id, {vote.output_id for vote in write.votes})
        write = await redact_comments(write, self._redactor)
        counts = Counter(vote.user_id for vote in write.votes)
        is_program = bool(current_principal().roles & _PROGRAM_ROLES)
        evaluators = await self._evaluators.registered(write.tenant_id, counts) if is_program else frozenset[str]()
        async with contextlib.AsyncExitStack() as stack:
            for limit, users in (
                (self._rate_limit, counts.keys() - evaluators),
                (self._evaluator_limit, evaluators),
            ):
                if limited := {user: counts[user] for user in users}:
                    await stack.enter_async_context(limit.reservation(write.tenant_id, write.request_id, limited))
            return await self._group_commit.submit(write)

    async def SubmitVoiceFeedback(
        self, request_iterator: AsyncIterator[pb.SubmitVoiceFeedbackRequest], context: Context
    ) -> pb.SubmitVoiceFeedbackResponse:
        """Stores a voice comment."""
        if self._voice is None:
            message = "Voice feedback is disabled. Set RADIANT_AUDIO_URL to enable it."
            raise Unimplemented(message, reason="VOICE_OFF")
        parts = upload_parts(request_iterator, _bounds())
        return stored(await self._voice.submit(current_principal().tenant_id, parts), pb.SubmitVoiceFeedbackResponse)

    async def RetractFeedback(self, request: pb.RetractFeedbackRequest, context: Context) -> pb.RetractFeedbackResponse:
        """Retracts feedback."""
        write = retraction_write(request, tenant_of(request.tenant_id), _bounds())
        return stored(await self._group_commit.submit(write), pb.RetractFeedbackResponse)
