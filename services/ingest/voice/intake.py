"""Spoken feedback: the audio kept first, then its row and answer in one transaction, then a word to who listens."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from ingest.api.convert import voice
from ingest.domain.model import Recording, Terms, Write
from ingest.notify.voice_jobs import Jobs
from ingest.voice.upload import Header, Part, Uploads
from ingest.writes.group_commit import GroupCommit
from ingest.writes.rate_limit import Pace
from kit.errors import RadiantError, Unavailable
from kit.metrics import Counter as Metric
from kit.objects import ObjectStore
from kit.rpc.auth import tenant_of

STORED = Metric("radiant_ingest_voice_bytes_total", "Bytes of audio that were stored and acknowledged.")
LEFTOVERS = Metric("radiant_ingest_voice_leftovers_total", "Objects removed, since their row was never stored.")

LEFTOVERS_MAX = 10_000
DOUBT = timedelta(seconds=60)
"""After it no transaction whose end is unknown still runs."""
LOOK_S = 1.0


class Rows(Protocol):
    """What is stored of requests and of spoken comments."""

    async def answered(self, write: Write) -> bytes | None:
        """Returns the answer of a repeat; raises Invalid when the identifier named another request."""
        ...

    async def voice_known(self, tenant: str, voice_id: UUID) -> bool:
        """Tells whether the comment has a row."""
        ...


@dataclass(frozen=True, slots=True)
class _Leftover:
    """An object that may have no row."""

    due: float
    """Monotonic time from which on the rows can tell."""
    tenant: str
    recording: Recording


class VoiceIntake:
    """Takes spoken comments in."""

    def __init__(
        self, uploads: Uploads, objects: ObjectStore, rows: Rows, intake: GroupCommit, pace: Pace, jobs: Jobs
    ) -> None:
        self._uploads, self._objects, self._rows = uploads, objects, rows
        self._intake, self._pace, self._jobs = intake, pace, jobs
        self._under_way: Counter[UUID] = Counter()
        self._leftovers: deque[_Leftover] = deque(maxlen=LEFTOVERS_MAX)

    async def submit(self, parts: AsyncIterator[Part], terms: Terms) -> bytes:
        """Returns the answer once audio and row are durable; a repeat gets the first answer.

        Raises what Uploads, Pace, ObjectStore and GroupCommit raise. Nothing can be seen of a comment whose row is
        not stored; an object that it left is removed when the rows say so.
        """

        def check(header: Header) -> None:
            tenant_of(header.tenant_id)
            voice.spoken_us(header, terms)

        async with self._uploads.received(parts, check) as upload:
            tenant = tenant_of(upload.header.tenant_id)
            write = voice.submission(upload, tenant, terms)
            recording = write.recording
            assert recording is not None  # noqa: S101 - a submission holds one
            answer = await self._rows.answered(write)
            if answer is not None:
                return answer
            async with self._pace.admitted(tenant, write.request_id, {recording.user_id: 1}):
                answer = await self._stored(write, recording, upload.chunks())
        self._jobs.announce(tenant, recording)
        STORED.inc(recording.audio_bytes)
        return answer

    async def _stored(self, write: Write, recording: Recording, chunks: AsyncIterator[bytes]) -> bytes:
        self._under_way[recording.voice_id] += 1
        try:
            await self._objects.put(recording.audio_key, chunks)
            answer = await self._intake.submit(write)
            if not await self._rows.voice_known(write.tenant_id, recording.voice_id):  # its user was forgotten since
                self._leftovers.append(_Leftover(time.monotonic(), write.tenant_id, recording))
            return answer
        except BaseException as error:
            unknown = isinstance(error, Unavailable) or not isinstance(error, RadiantError)
            due = time.monotonic() + (DOUBT.total_seconds() if unknown else 0.0)
            self._leftovers.append(_Leftover(due, write.tenant_id, recording))
            raise
        finally:
            self._under_way[recording.voice_id] -= 1
            if not self._under_way[recording.voice_id]:
                del self._under_way[recording.voice_id]

    async def tidy_forever(self) -> None:
        """Removes objects whose comments were not stored after all; those of an ended process stay."""
        while True:
            await asyncio.sleep(LOOK_S)
            for _ in range(len(self._leftovers)):
                leftover = self._leftovers.popleft()
                if leftover.due > time.monotonic() or leftover.recording.voice_id in self._under_way:
                    self._leftovers.append(leftover)
                    continue
                try:
                    await self._remove(leftover)
                except RadiantError:
                    self._leftovers.append(leftover)
                    break

    async def _remove(self, leftover: _Leftover) -> None:
        if not await self._rows.voice_known(leftover.tenant, leftover.recording.voice_id):
            await self._objects.delete(leftover.recording.audio_key)
            LEFTOVERS.inc()
