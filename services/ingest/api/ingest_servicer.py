"""IngestService: translates in, calls, translates out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from ingest.api.convert import answers, feedback, manifests, outputs, totals
from ingest.api.convert.enums import terms_at
from ingest.api.privacy_servicer import PrivacyCalls
from ingest.domain.model import Terms, Write
from ingest.domain.ports import Languages
from ingest.privacy.erasure import Privacy
from ingest.privacy.export import Exports
from ingest.queries.feedback_stats import END, START, Reading
from ingest.queries.reads import Reads
from ingest.settings import IntakeLimits
from ingest.voice.intake import VoiceIntake
from ingest.writes.group_commit import GroupCommit
from ingest.writes.rate_limit import Pace
from ingest.writes.redaction import without_personal_data
from ingest.writes.signal_stream import acknowledged
from kit.errors import Invalid, Unimplemented
from kit.personal_data import Redactor
from kit.rpc.answers import stored
from kit.rpc.auth import current_principal, tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from kit.rpc.validation import validate
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc

Context = Any
PAGE_MAX = 200

_WRITERS = frozenset({"service", "admin", "operator"})

EVALUATOR = "evaluator:"
"""Programs that judge outputs go by such names. The pace of people is not theirs; what they weigh is bounded alike."""

SELF_VALIDATING = frozenset({"StreamSignals"})
"""A bad batch must not end its stream."""


def _now() -> Terms:
    return terms_at(time.time_ns() // 1000)


def _by_program(user: str) -> bool:
    return user.startswith(EVALUATOR) and bool(current_principal().roles & _WRITERS)


class IngestServicer(PrivacyCalls, ingest_service_pb2_grpc.IngestServiceServicer):
    """Takes events in and says what was taken."""

    def __init__(
        self,
        intake: GroupCommit,
        reading: Reading,
        languages: Languages,
        limits: IntakeLimits,
        pace: Pace,
        reads: Reads,
        privacy: Privacy,
        exports: Exports,
        redactor: Redactor,
        voice: VoiceIntake | None = None,
    ) -> None:
        """Without `voice` nobody may speak."""
        PrivacyCalls.__init__(self, privacy, exports)
        self._redactor = redactor
        self._intake, self._reading, self._languages, self._limits = intake, reading, languages, limits
        self._pace, self._reads, self._voice = pace, reads, voice

    async def RecordManifest(self, request: pb.RecordManifestRequest, context: Context) -> pb.RecordManifestResponse:
        """Records one manifest."""
        write = manifests.record(request, tenant_of(request.tenant_id), _now(), self._languages)
        return stored(await self._intake.submit(write), pb.RecordManifestResponse)

    async def BatchRecordManifests(
        self, request: pb.BatchRecordManifestsRequest, context: Context
    ) -> pb.BatchRecordManifestsResponse:
        """Records many manifests."""
        write = manifests.record_batch(request, tenant_of(request.tenant_id), _now(), self._languages)
        return stored(await self._intake.submit(write), pb.BatchRecordManifestsResponse)

    async def SubmitExplicitFeedback(
        self, request: pb.SubmitExplicitFeedbackRequest, context: Context
    ) -> pb.SubmitExplicitFeedbackResponse:
        """Stores a vote."""
        write = feedback.explicit(request, tenant_of(request.tenant_id), _now(), self._languages)
        return stored(await self._paced(write), pb.SubmitExplicitFeedbackResponse)

    async def SubmitImplicitSignal(
        self, request: pb.SubmitImplicitSignalRequest, context: Context
    ) -> pb.SubmitImplicitSignalResponse:
        """Stores a signal."""
        write = feedback.signal(request, tenant_of(request.tenant_id), _now())
        return stored(await self._intake.submit(write), pb.SubmitImplicitSignalResponse)

    async def BatchSubmitImplicitSignals(
        self, request: pb.BatchSubmitImplicitSignalsRequest, context: Context
    ) -> pb.BatchSubmitImplicitSignalsResponse:
        """Stores many signals."""
        write = feedback.signal_batch(request, tenant_of(request.tenant_id), _now())
        return stored(await self._intake.submit(write), pb.BatchSubmitImplicitSignalsResponse)

    def StreamSignals(
        self, request_iterator: AsyncIterator[pb.StreamSignalsRequest], context: Context
    ) -> AsyncIterator[pb.StreamSignalsResponse]:
        """Stores batch after batch."""
        limits = self._limits
        return acknowledged(request_iterator, self._stored, limits.stream_batches_max, limits.stream_idle)

    async def _stored(self, batch: pb.StreamSignalsRequest) -> pb.StreamSignalsResponse:
        validate(batch)
        write = feedback.stream_batch(batch, tenant_of(batch.tenant_id), _now(), self._languages)
        return stored(await self._paced(write), pb.StreamSignalsResponse)

    async def _paced(self, write: Write) -> bytes:
        if not write.votes:
            return await self._intake.submit(write)
        write = await without_personal_data(write, self._redactor)
        votes = Counter(vote.user_id for vote in write.votes if not _by_program(vote.user_id))
        if not votes:
            return await self._intake.submit(write)
        async with self._pace.admitted(write.tenant_id, write.request_id, votes):
            return await self._intake.submit(write)

    async def SubmitVoiceFeedback(
        self, request_iterator: AsyncIterator[pb.SubmitVoiceFeedbackRequest], context: Context
    ) -> pb.SubmitVoiceFeedbackResponse:
        """Stores a spoken comment."""
        if self._voice is None:
            raise Unimplemented("This deployment has no place for recordings.", reason="VOICE_OFF")
        return stored(await self._voice.submit(request_iterator, _now()), pb.SubmitVoiceFeedbackResponse)

    async def RetractFeedback(self, request: pb.RetractFeedbackRequest, context: Context) -> pb.RetractFeedbackResponse:
        """Withdraws feedback."""
        write = feedback.retraction(request, tenant_of(request.tenant_id), _now())
        return stored(await self._intake.submit(write), pb.RetractFeedbackResponse)

    async def GetFeedbackStats(
        self, request: pb.GetFeedbackStatsRequest, context: Context
    ) -> pb.GetFeedbackStatsResponse:
        """Counts the feedback on one output."""
        found = await self._reading.output(tenant_of(request.tenant_id), request.output_id)
        return answers.stats(request.output_id, found)

    async def GetConversationSummary(
        self, request: pb.GetConversationSummaryRequest, context: Context
    ) -> pb.GetConversationSummaryResponse:
        """Sums up a conversation, a page at a time."""
        tenant = tenant_of(request.tenant_id)
        listing = ("conversation", tenant, request.conversation_id)
        after = decode_page(request.page_token, listing, (int, str)) or (START, "")
        place = (int(after[0]), str(after[1]))
        if not START <= place[0] <= END:
            raise Invalid.field("page_token", "is not a token of this listing")
        size = page_size(request.page_size, PAGE_MAX)
        found = await self._reading.conversation(tenant, request.conversation_id, place, size)
        last = found.lines[-1] if found.lines and found.more else None
        token = encode_page(listing, (last.created_us, last.output_id)) if last else ""
        return answers.conversation(found, token)

    async def GetTenantFeedbackStats(
        self, request: pb.GetTenantFeedbackStatsRequest, context: Context
    ) -> pb.GetTenantFeedbackStatsResponse:
        """Counts a tenant's outputs and the feedback on them."""
        tenant = tenant_of(request.tenant_id)
        start, end = totals.window(request, _now().now_us)
        return totals.answer(await self._reads.totals.over(tenant, start, end), start, end)

    async def ListOutputs(self, request: pb.ListOutputsRequest, context: Context) -> pb.ListOutputsResponse:
        """Lists outputs, newest first."""
        tenant = tenant_of(request.tenant_id)
        wanted, before, listing = outputs.wanted(request, tenant)
        size = page_size(request.page_size, PAGE_MAX)
        return outputs.page(await self._reads.browsing.page(tenant, wanted, before, size), listing)

    async def GetOutput(self, request: pb.GetOutputRequest, context: Context) -> pb.GetOutputResponse:
        """Shows one output."""
        return outputs.whole(await self._reads.browsing.output(tenant_of(request.tenant_id), request.output_id))

    async def GetWidgetConfig(self, request: pb.GetWidgetConfigRequest, context: Context) -> pb.GetWidgetConfigResponse:
        """Tells a widget what to show."""
        prompt = await self._reads.questions.about(tenant_of(request.tenant_id), request.user_id, request.output_id)
        return answers.widget(prompt, self._voice is not None)
