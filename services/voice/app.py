"""Composition root: builds all concrete classes of the service and its workers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta

from kit.auth.settings import open_authenticator
from kit.ids import new_id
from kit.lifecycle import background
from kit.objects import open_store
from kit.personal_data import open_redactor
from kit.poll import periodically
from kit.postgres.pool import Database, open_database
from kit.redis.client import open_redis
from kit.rpc.server import RpcServer, build_server
from radiant.voice.v1 import voice_service_pb2, voice_service_pb2_grpc
from voice.api.servicer import VoiceServicer
from voice.api.upload import UploadReceiver
from voice.domain.ports import Recordings, Transcriber
from voice.engine.availability import unavailable_reason
from voice.jobs.queries import FeedbackQueries, QueueDepths
from voice.jobs.retry import FeedbackRetry
from voice.jobs.store import JobStore
from voice.jobs.stream import JobStream
from voice.pipeline.redaction import RedactingTranscriber
from voice.pipeline.translation import Translation
from voice.settings import VoiceSettings
from voice.worker.job_runner import JobRunner
from voice.worker.loop import Worker
from voice.worker.maintenance import INTERVAL, maintain
from voice.worker.sweeper import sweep

log = logging.getLogger(__name__)

ANSWER_TIME = timedelta(seconds=1)
"""Timeout of a read of the stream, in addition to the time that the read blocks."""

OpenTranscriber = Callable[[VoiceSettings, Translation], AbstractAsyncContextManager[Transcriber]]


class VoiceProcess:
    """A server, a worker, or both."""

    def __init__(self, server: RpcServer | None, worker: Worker | None) -> None:
        self._server, self._worker = server, worker

    async def start(self) -> int:
        """Starts the server and returns its port; returns 0 without a server."""
        return await self._server.start() if self._server is not None else 0

    async def set_serving(self, serving: bool) -> None:
        """Sets the answer of health checks."""
        if self._server is not None:
            await self._server.set_serving(serving)

    async def stop(self, grace: timedelta) -> None:
        """Accepts no new call and no new job; running ones may end within the grace period."""
        async with asyncio.TaskGroup() as group:
            if self._server is not None:
                group.create_task(self._server.stop(grace))
            if self._worker is not None:
                group.create_task(self._worker.drain(grace))


@contextlib.asynccontextmanager
async def open_server(
    settings: VoiceSettings, *, is_worker_only: bool = False, open_transcriber: OpenTranscriber | None = None
) -> AsyncIterator[VoiceProcess]:
    """Yields the process, built and not yet started. Its background tasks run during the block.

    Without the voice extra there is no transcriber and no worker; stored transcripts can still be read. Tests pass
    their own transcriber.
    """
    async with AsyncExitStack() as stack:
        translation = Translation(settings.recognition.translation_folder)
        stack.callback(translation.close)
        transcriber = await _transcriber(stack, settings, translation, open_transcriber)
        database = await stack.enter_async_context(open_database(settings.postgres))
        recordings, stream = open_store(settings.recordings_url), await _stream(stack, settings)
        worker = None
        if not isinstance(transcriber, str) and (settings.workers_inside or is_worker_only):
            worker = await _worker(stack, settings, transcriber, database, recordings, stream)
        await _start_periodic_tasks(stack, settings, database, recordings, stream)
        server = None
        if not is_worker_only:
            servicer = VoiceServicer(
                transcriber,
                translation,
                UploadReceiver(settings.recognition),
                FeedbackQueries(database),
                QueueDepths(database),
                FeedbackRetry(database, stream),
                recordings,
            )
            server = await _server(stack, settings, servicer)
        yield VoiceProcess(server, worker)


async def _transcriber(
    stack: AsyncExitStack, settings: VoiceSettings, translation: Translation, opener: OpenTranscriber | None
) -> Transcriber | str:
    """Returns the transcriber, or the reason why there is none."""
    if opener is None:
        if reason := unavailable_reason():
            log.warning(reason)
            return reason
        opener = importlib.import_module("voice.pipeline.transcription").open_pipeline  # imports the voice extra
    return await stack.enter_async_context(opener(settings, translation))


async def _stream(stack: AsyncExitStack, settings: VoiceSettings) -> JobStream | None:
    address, queue = settings.redis.address, settings.queue
    if not address:
        return None
    client = await stack.enter_async_context(open_redis(address))
    reader = await stack.enter_async_context(open_redis(address, queue.stream_block + ANSWER_TIME))
    consumer = f"{socket.gethostname()}-{os.getpid()}-{new_id()[-8:]}"
    return JobStream(client, reader, consumer, queue.lease, queue.stream_block)


async def _worker(
    stack: AsyncExitStack,
    settings: VoiceSettings,
    transcriber: Transcriber,
    database: Database,
    recordings: Recordings,
    stream: JobStream | None,
) -> Worker:
    jobs, queue, bytes_max = JobStore(database), settings.queue, settings.recognition.audio_bytes_max
    redactor = await stack.enter_async_context(open_redactor(settings.redact_pii))
    redacting = RedactingTranscriber(transcriber, redactor)
    worker = Worker(jobs, JobRunner(jobs, redacting, recordings, stream, queue, bytes_max), stream, queue)
    await stack.enter_async_context(background("worker", worker.run_forever))
    return worker


async def _start_periodic_tasks(
    stack: AsyncExitStack,
    settings: VoiceSettings,
    database: Database,
    recordings: Recordings,
    stream: JobStream | None,
) -> None:
    sweep_once = functools.partial(sweep, JobStore(database), QueueDepths(database), stream, settings.queue)
    await stack.enter_async_context(periodically("sweeper", sweep_once, settings.queue.sweep_interval))
    maintain_once = functools.partial(maintain, database, recordings, stream, settings.retention)
    await stack.enter_async_context(periodically("maintenance", maintain_once, INTERVAL))


async def _server(stack: AsyncExitStack, settings: VoiceSettings, servicer: VoiceServicer) -> RpcServer:
    authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
    server = build_server(settings.rpc, authenticator)
    server.add(
        voice_service_pb2_grpc.add_VoiceServiceServicer_to_server,
        servicer,
        voice_service_pb2.DESCRIPTOR.services_by_name["VoiceService"],
    )
    return server
