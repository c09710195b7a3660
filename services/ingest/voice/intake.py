"""Stores voice feedback: first the audio object, then its row and response in one transaction, then a notification."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid5

from ingest.domain.model import Recording, Write, WriteMethod
from ingest.domain.ports import UserRateLimit, VoiceJobNotifier
from ingest.voice.upload import Upload, UploadPart, UploadReceiver
from ingest.writes.group_commit import GroupCommit
from ingest.writes.store import PostgresWriteStore
from kit.errors import RadiantError, Unavailable
from kit.objects import ObjectStore
from kit.poll import Periodic, periodically
from kit.telemetry.metrics import Counter as Metric

STORED = Metric("radiant_ingest_voice_bytes_total", "Bytes of audio that were stored and acknowledged.")
DELETED = Metric("radiant_ingest_voice_leftovers_total", "Audio objects deleted because their row was not stored.")

ORPHANS_MAX = 10_000
"""Largest number of objects to check. Above it, the oldest one is not checked."""
UNKNOWN_COMMIT_WAIT = timedelta(seconds=60)
"""Time after which a transaction with an unknown result is no longer running."""
ORPHAN_INTERVAL = timedelta(seconds=1)
"""Time between two checks for orphans."""
_VOICE_ID_NAMESPACE = UUID("6f1c3c0e-5f4f-5b43-9d0a-3a0b6f2f5c11")
"""Namespace of the version 5 UUIDs of voice comments."""


@dataclass(frozen=True, slots=True)
class _PossibleOrphan:
    """An audio object that may have no row."""

    due_s: float
    """Monotonic time in seconds of the check. The transaction of the row has ended by then."""
    tenant: str
    recording: Recording


class VoiceIntake:
    """Receives and stores voice feedback."""

    def __init__(
        self,
        receiver: UploadReceiver,
        objects: ObjectStore,
        store: PostgresWriteStore,
        group_commit: GroupCommit,
        rate_limit: UserRateLimit,
        jobs: VoiceJobNotifier,
    ) -> None:
        self._receiver, self._objects, self._store = receiver, objects, store
        self._group_commit, self._rate_limit, self._jobs = group_commit, rate_limit, jobs
        self._in_progress: Counter[UUID] = Counter()
        self._possible_orphans: deque[_PossibleOrphan] = deque(maxlen=ORPHANS_MAX)

    async def submit(self, caller_tenant: str, parts: AsyncIterator[UploadPart]) -> bytes:
        """Returns the serialized response once audio and row are durable; a repeat returns the first response.

        `caller_tenant` is the tenant of the caller's token. Raises the errors of UploadReceiver, UserRateLimit,
        ObjectStore and GroupCommit. A comment is visible only once its row is stored; the audio object of a comment
        without a row is deleted later.
        """
        async with self._receiver.receive(caller_tenant, parts) as upload:
            tenant, recording = upload.header.tenant_id, _recording(upload)
            write = _write(upload, recording)
            response = await self._store.stored_response(write)
            if response is not None:
                return response
            async with self._rate_limit.reservation(tenant, write.request_id, {recording.user_id: 1}):
                response = await self._store_recording(write, recording, upload.chunks())
        self._jobs.notify(tenant, recording)
        STORED.inc(recording.audio_bytes)
        return response

    async def _store_recording(self, write: Write, recording: Recording, chunks: AsyncIterator[bytes]) -> bytes:
        self._in_progress[recording.voice_id] += 1
        try:
            await self._objects.put(recording.audio_key, chunks)
            response = await self._group_commit.submit(write)
            if not await self._store.is_recording_stored(write.tenant_id, recording.voice_id):
                # An erasure of the user deleted the row after the commit.
                self._possible_orphans.append(_PossibleOrphan(time.monotonic(), write.tenant_id, recording))
            return response
        except BaseException as error:
            is_result_unknown = isinstance(error, Unavailable) or not isinstance(error, RadiantError)
            due_s = time.monotonic() + (UNKNOWN_COMMIT_WAIT.total_seconds() if is_result_unknown else 0.0)
            self._possible_orphans.append(_PossibleOrphan(due_s, write.tenant_id, recording))
            raise
        finally:
            self._in_progress[recording.voice_id] -= 1
            if not self._in_progress[recording.voice_id]:
                del self._in_progress[recording.voice_id]

    def orphan_deletion(self) -> AbstractAsyncContextManager[Periodic]:
        """Returns the background task that deletes audio objects of this process whose row was not stored.

        Objects of an ended process are kept.
        """
        return periodically("voice-leftovers", self._delete_orphans, ORPHAN_INTERVAL, first_after=ORPHAN_INTERVAL)

    async def _delete_orphans(self) -> None:
        for _ in range(len(self._possible_orphans)):
            orphan = self._possible_orphans.popleft()
            if orphan.due_s > time.monotonic() or orphan.recording.voice_id in self._in_progress:
                self._possible_orphans.append(orphan)
                continue
            try:
                await self._delete_if_orphan(orphan)
            except RadiantError:
                self._possible_orphans.append(orphan)
                raise

    async def _delete_if_orphan(self, orphan: _PossibleOrphan) -> None:
        if not await self._store.is_recording_stored(orphan.tenant, orphan.recording.voice_id):
            await self._objects.delete(orphan.recording.audio_key)
            DELETED.inc()


def _recording(upload: Upload) -> Recording:
    """Returns the recording of an upload.

    Its identifier is derived from the tenant, the request and the content. A repeat therefore writes the same object,
    and other audio under the same request identifier never replaces it.
    """
    header = upload.header
    voice_id = uuid5(_VOICE_ID_NAMESPACE, f"{header.tenant_id}/{header.request_id.hex}/{_fingerprint(upload).hex()}")
    day = datetime.fromtimestamp(header.created_us // 1_000_000, UTC)
    return Recording(
        voice_id=voice_id,
        output_id=header.output_id,
        user_id=header.user_id,
        source=header.source,
        created_us=header.created_us,
        audio_key=f"{_tenant_folder(header.tenant_id)}/{day:%Y/%m/%d}/{voice_id}",
        audio_format=upload.format,
        audio_bytes=upload.size_bytes,
    )


def _write(upload: Upload, recording: Recording) -> Write:
    return Write(
        tenant_id=upload.header.tenant_id,
        request_id=upload.header.request_id,
        stated_id=upload.header.stated_id,
        method=WriteMethod.SUBMIT_VOICE_FEEDBACK,
        fingerprint=_fingerprint(upload),
        id_field="header.request_id",
        recording=recording,
    )


def _fingerprint(upload: Upload) -> bytes:
    return hashlib.sha256(upload.header.fingerprint + upload.digest).digest()


def _tenant_folder(tenant: str) -> str:
    """Returns a tenant's name as one segment of an object key; different tenants have different segments."""
    name = quote(tenant, safe="").replace("~", "%7E").replace("%", "~")
    return name if name.strip(".") else name.replace(".", "~2E")
