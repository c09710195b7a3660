"""One attempt at one job: claimed, heard, made durable, acknowledged, whatever goes wrong between."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from kit.errors import Conflict, Exhausted, NotFound, RadiantError, Unavailable
from voice.domain.ports import Ears, Recordings, Understood
from voice.engine.rejection import AudioRejected, Rejection
from voice.jobs.metrics import HEARD, OUTCOMES, TOOK
from voice.jobs.store import Job, Jobs, Ticket
from voice.jobs.stream import REDIS_LOST, JobStream
from voice.settings import QueueRules

log = logging.getLogger(__name__)

RENEWALS = 3
"""Times that a lease is renewed before it could end."""
DURABLE_TRIES, DURABLE_WAIT_S = 5, 0.5
GONE = ("recording_gone", "The recording is not there any more.")
EXHAUSTED = ("attempts_exhausted", "Every attempt to hear this recording was cut short.")
INTERNAL = ("internal", "The recording could not be heard because of an internal error.")


class LeaseLostError(RadiantError):
    """The job is somebody else's by now, or gone."""


class Attempts:
    """Hears jobs. Results hold for the lease alone, so each job is completed once however often it is delivered."""

    def __init__(
        self,
        jobs: Jobs,
        ears: Ears,
        recordings: Recordings,
        stream: JobStream | None,
        rules: QueueRules,
        audio_bytes_max: int,
    ) -> None:
        self._jobs, self._ears, self._recordings, self._stream = jobs, ears, recordings, stream
        self._rules, self._audio_bytes_max = rules, audio_bytes_max
        self._alone = asyncio.Lock()

    async def attend(self, ticket: Ticket) -> None:
        """Takes the job and brings it to an end, or leaves it when it is not due.

        Raises Unavailable when the database does not answer before the job is taken: then nothing has happened, and
        the entry is delivered again. Cancelled, it gives the job back.
        """
        try:
            job = await self._claimed(ticket)
            if job is not None and job.cut_short:
                await self._attend_alone(job, ticket)
            elif job is not None:
                await self._attend(job, ticket)
        except asyncio.CancelledError:
            if self._stream is not None:
                with contextlib.suppress(*REDIS_LOST):  # the sweeper finds it
                    await self._stream.done(ticket)
                    await self._stream.add([ticket])
            raise
        if self._stream is not None:
            with contextlib.suppress(*REDIS_LOST):  # delivered once more, and found to be done
                await self._stream.done(ticket)

    async def _attend_alone(self, job: Job, ticket: Ticket) -> None:
        """Attends to jobs that were cut short one after the other.

        So a recording that breaks its worker takes no such job with it again, and it alone uses up its attempts. While
        a job waits for its turn it is nobody's.
        """
        waits = self._alone.locked()
        if waits:
            await self._jobs.release(job, timedelta())
        async with self._alone:
            again = await self._claimed(ticket) if waits else job
            if again is not None:
                await self._attend(again, ticket)

    async def _attend(self, job: Job, ticket: Ticket) -> None:
        begun = time.monotonic()
        try:
            outcome = await self._end_of(job, ticket)
        except asyncio.CancelledError:
            OUTCOMES.labels("given_back").inc()
            with contextlib.suppress(RadiantError):  # else the lease runs out
                await self._jobs.release(job, timedelta())
            raise
        OUTCOMES.labels(outcome).inc()
        TOOK.observe(time.monotonic() - begun)

    async def _claimed(self, ticket: Ticket) -> Job | None:
        try:
            return await self._jobs.claim(ticket, self._rules.lease)
        except RadiantError:
            raise
        except Exception:  # no identifier, or none of ours
            fields = {"voice_id": ticket.voice_id[:64]}
            log.warning("an entry of the stream is no job", exc_info=True, extra={"fields": fields})
            return None

    async def _end_of(self, job: Job, ticket: Ticket) -> str:
        """Hears the job and returns how that ended."""
        try:
            if not job.audio_key:
                return await self._failed(job, *GONE)
            if job.attempts > self._rules.attempts_max:
                return await self._failed(job, *EXHAUSTED)
            heard = await self._leased(job, ticket, self._understood(job))
            return await self._completed(job, heard)
        except AudioRejected as problem:
            return await self._failed(job, problem.code.value, problem.sentence)
        except LeaseLostError:
            return "lost"
        except (Exhausted, Unavailable) as problem:  # not the job's fault
            wait = max(problem.retry_after, self._rules.retry_wait)
            return await self._ended("released", lambda: self._jobs.release(job, wait))
        except NotFound:
            return await self._tried(job, *GONE)
        except RadiantError as problem:
            return await self._tried(job, problem.reason.lower(), str(problem))
        except Exception:
            log.exception("a recording could not be heard", extra={"fields": _named(job)})
            return await self._tried(job, *INTERNAL)

    async def _understood(self, job: Job) -> Understood:
        data = bytearray()
        async for part in self._recordings.stream(job.audio_key):
            data += part
            if len(data) > self._audio_bytes_max:
                raise AudioRejected(Rejection.TOO_LARGE, "The recording is too large.")
        return await self._ears.understand(bytes(data))

    async def _leased(self, job: Job, ticket: Ticket, work: Awaitable[Understood]) -> Understood:
        """Does the work while the lease is renewed; raises LeaseLostError, with the work cut short, when it is over."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                await asyncio.wait({task}, timeout=self._rules.lease.total_seconds() / RENEWALS)
                if task.done():
                    return task.result()
                with contextlib.suppress(Unavailable):  # the next renewal may still be in time
                    if not await self._jobs.renew(job, self._rules.lease):
                        raise LeaseLostError
                if self._stream is not None:
                    with contextlib.suppress(*REDIS_LOST):
                        await self._stream.hold(ticket)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _completed(self, job: Job, heard: Understood) -> str:
        outcome = "no_speech" if heard.no_speech else "completed"
        ended = await self._ended(outcome, lambda: self._jobs.complete(job, heard))
        if ended == outcome:
            HEARD.inc(heard.seconds)
            if self._stream is not None and not heard.no_speech:
                with contextlib.suppress(*REDIS_LOST):  # the learner looks by itself
                    await self._stream.wake_learner()
        return ended

    async def _tried(self, job: Job, code: str, sentence: str) -> str:
        """Lets the job be tried again later, or gives it up."""
        if job.attempts >= self._rules.attempts_max:
            return await self._failed(job, code, sentence)
        wait = self._rules.wait_after(job.attempts)
        log.info("a recording is tried again later", extra={"fields": {**_named(job), "error_code": code}})
        return await self._ended("put_back", lambda: self._jobs.put_back(job, code, sentence, wait))

    async def _failed(self, job: Job, code: str, sentence: str) -> str:
        ended = await self._ended("failed", lambda: self._jobs.fail(job, code, sentence))
        if ended == "failed":
            log.warning("a recording is given up", extra={"fields": {**_named(job), "error_code": code}})
            if self._stream is not None:
                with contextlib.suppress(*REDIS_LOST):
                    await self._stream.bury(job, code)
        return ended

    async def _ended(self, outcome: str, step: Callable[[], Awaitable[bool]]) -> str:
        """Makes the end durable, trying for a while; else the lease runs out and somebody hears the job again."""
        for left in reversed(range(DURABLE_TRIES)):
            try:
                return outcome if await step() else "lost"
            except (Conflict, Unavailable):
                if not left:
                    raise
            await asyncio.sleep(DURABLE_WAIT_S)
        raise AssertionError("the last try returns or raises")


def _named(job: Job) -> dict[str, object]:
    return {"tenant": job.tenant_id, "voice_id": job.voice_id, "attempts": job.attempts}
