"""Runs one attempt at a job: claim, transcription, storage of the result, acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from kit.errors import Conflict, Exhausted, NotFound, RadiantError, Unavailable
from voice.domain.ports import Recordings, Transcriber
from voice.domain.transcript import Transcript
from voice.engine.rejection import AudioRejected, too_large_error
from voice.jobs.metrics import DURATIONS, OUTCOMES, TRANSCRIBED
from voice.jobs.store import Job, JobStore, Ticket
from voice.jobs.stream import REDIS_ERRORS, JobStream
from voice.settings import QueueSettings

log = logging.getLogger(__name__)

RENEWALS = 3
"""Renewals within the duration of a lease."""
STORE_TRIES, STORE_WAIT_S = 5, 0.5
"""Tries to store a result, and the time between them."""
RECORDING_GONE = ("recording_gone", "The recording does not exist any more.")
ATTEMPTS_EXHAUSTED = (
    "attempts_exhausted",
    "All attempts to transcribe the recording were interrupted.",
)
INTERNAL = ("internal", "The recording could not be transcribed because of an internal error.")


class LeaseLostError(RadiantError):
    """Another worker holds the job, or the job does not exist any more."""


class JobRunner:
    """Runs jobs. Results require the lease, so each job is completed once, even if it is delivered several times."""

    def __init__(
        self,
        jobs: JobStore,
        transcriber: Transcriber,
        recordings: Recordings,
        stream: JobStream | None,
        settings: QueueSettings,
        audio_bytes_max: int,
    ) -> None:
        """Takes the stores and the transcriber; `audio_bytes_max` is the size limit of a recording."""
        self._jobs, self._transcriber, self._recordings, self._stream = jobs, transcriber, recordings, stream
        self._settings, self._audio_bytes_max = settings, audio_bytes_max
        self._isolation = asyncio.Lock()

    async def run(self, ticket: Ticket) -> None:
        """Claims the job and finishes it; does nothing when it is not due. Cancellation releases the job.

        Raises Unavailable when the database does not answer before the claim. The entry stays in the stream then and
        is delivered again.
        """
        try:
            job = await self._claimed(ticket)
            if job is not None and job.was_interrupted:
                await self._run_isolated(job, ticket)
            elif job is not None:
                await self._run_claimed(job, ticket)
        except asyncio.CancelledError:
            if self._stream is not None:
                with contextlib.suppress(*REDIS_ERRORS):  # the sweeper adds it
                    await self._stream.acknowledge(ticket)
                    await self._stream.add([ticket])
            raise
        if self._stream is not None:
            with contextlib.suppress(*REDIS_ERRORS):  # a second delivery finds no due job
                await self._stream.acknowledge(ticket)

    async def _run_isolated(self, job: Job, ticket: Ticket) -> None:
        """Runs jobs whose last attempt was interrupted one at a time.

        If a recording crashes the worker, no other such job is affected, and only that job uses up its attempts. A job
        that waits for its turn is released and claimed again.
        """
        must_wait = self._isolation.locked()
        if must_wait:
            await self._jobs.release(job, timedelta())
        async with self._isolation:
            claimed = await self._claimed(ticket) if must_wait else job
            if claimed is not None:
                await self._run_claimed(claimed, ticket)

    async def _run_claimed(self, job: Job, ticket: Ticket) -> None:
        started = time.monotonic()
        try:
            outcome = await self._outcome_of(job, ticket)
        except asyncio.CancelledError:
            OUTCOMES.labels("given_back").inc()
            with contextlib.suppress(RadiantError):  # otherwise the lease ends by itself
                await self._jobs.release(job, timedelta())
            raise
        OUTCOMES.labels(outcome).inc()
        DURATIONS.observe(time.monotonic() - started)

    async def _claimed(self, ticket: Ticket) -> Job | None:
        try:
            return await self._jobs.claim(ticket, self._settings.lease)
        except RadiantError:
            raise
        except Exception:  # a malformed identifier
            fields = {"voice_id": ticket.voice_id[:64]}
            log.warning("malformed stream entry dropped", exc_info=True, extra={"fields": fields})
            return None

    async def _outcome_of(self, job: Job, ticket: Ticket) -> str:
        """Processes the job and returns the outcome for the metrics."""
        try:
            if not job.audio_key:
                return await self._fail(job, *RECORDING_GONE)
            if job.attempts > self._settings.attempts_max:
                return await self._fail(job, *ATTEMPTS_EXHAUSTED)
            transcript = await self._with_lease(job, ticket, self._transcript_of(job))
            return await self._complete(job, transcript)
        except AudioRejected as error:
            return await self._fail(job, error.code.value, error.message)
        except LeaseLostError:
            return "lost"
        except (Exhausted, Unavailable) as error:  # independent of the job
            wait = max(error.retry_after, self._settings.retry_wait)
            return await self._store("released", lambda: self._jobs.release(job, wait))
        except NotFound:
            return await self._retry_or_fail(job, *RECORDING_GONE)
        except RadiantError as error:
            return await self._retry_or_fail(job, error.reason.lower(), str(error))
        except Exception:
            log.exception("transcription failed", extra={"fields": _fields(job)})
            return await self._retry_or_fail(job, *INTERNAL)

    async def _transcript_of(self, job: Job) -> Transcript:
        data = bytearray()
        async for part in self._recordings.stream(job.audio_key):
            data += part
            if len(data) > self._audio_bytes_max:
                raise too_large_error(self._audio_bytes_max)
        return await self._transcriber.transcribe(bytes(data))

    async def _with_lease(self, job: Job, ticket: Ticket, work: Awaitable[Transcript]) -> Transcript:
        """Awaits the work and renews the lease. Cancels the work and raises LeaseLostError when the lease is lost."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                await asyncio.wait({task}, timeout=self._settings.lease.total_seconds() / RENEWALS)
                if task.done():
                    return task.result()
                with contextlib.suppress(Unavailable):  # the next renewal can still be in time
                    if not await self._jobs.renew(job, self._settings.lease):
                        raise LeaseLostError
                if self._stream is not None:
                    with contextlib.suppress(*REDIS_ERRORS):
                        await self._stream.extend(ticket)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _complete(self, job: Job, transcript: Transcript) -> str:
        outcome = "completed" if transcript.has_speech else "no_speech"
        stored = await self._store(outcome, lambda: self._jobs.complete(job, transcript))
        if stored == outcome:
            TRANSCRIBED.inc(transcript.duration_s)
            if self._stream is not None and transcript.has_speech:
                with contextlib.suppress(*REDIS_ERRORS):  # learners also poll their queue
                    await self._stream.wake_learner()
        return stored

    async def _retry_or_fail(self, job: Job, code: str, message: str) -> str:
        if job.attempts >= self._settings.attempts_max:
            return await self._fail(job, code, message)
        wait = self._settings.wait_after(job.attempts)
        log.info("attempt failed, will be retried", extra={"fields": {**_fields(job), "error_code": code}})
        return await self._store("put_back", lambda: self._jobs.postpone(job, code, message, wait))

    async def _fail(self, job: Job, code: str, message: str) -> str:
        stored = await self._store("failed", lambda: self._jobs.fail(job, code, message))
        if stored == "failed":
            log.warning("job failed", extra={"fields": {**_fields(job), "error_code": code}})
            if self._stream is not None:
                with contextlib.suppress(*REDIS_ERRORS):
                    await self._stream.add_dead_job(job, code)
        return stored

    async def _store(self, outcome: str, step: Callable[[], Awaitable[bool]]) -> str:
        """Returns the outcome after the step, or "lost" when the lease has ended.

        Repeats the step during an outage of the database. Raises Unavailable or Conflict after 5 tries; the lease then
        ends and another worker repeats the job.
        """
        for tries_left in reversed(range(STORE_TRIES)):
            try:
                return outcome if await step() else "lost"
            except (Conflict, Unavailable):
                if not tries_left:
                    raise
            await asyncio.sleep(STORE_WAIT_S)
        raise AssertionError("the last try returns or raises")


def _fields(job: Job) -> dict[str, object]:
    return {"tenant": job.tenant_id, "voice_id": job.voice_id, "attempts": job.attempts}
