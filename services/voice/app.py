"""The only file that knows every concrete class of the service."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta

from kit.ids import new_id
from kit.lifecycle import background
from kit.objects import open_store
from kit.personal_data import open_redactor
from kit.postgres.pool import Database, open_database
from kit.redis.client import open_redis
from kit.rpc.auth import Authenticator
from kit.rpc.auth_settings import open_authenticator
from kit.rpc.server import RpcServer, build_server
from radiant.voice.v1 import voice_service_pb2, voice_service_pb2_grpc
from voice.api.servicer import VoiceServicer
from voice.api.upload import Intake
from voice.domain.ports import Ears, Recordings
from voice.engine.availability import why_off
from voice.jobs.queries import Depths, Feedback
from voice.jobs.retry import Retrying
from voice.jobs.store import Jobs
from voice.jobs.stream import JobStream
from voice.pipeline.redaction import RedactingEars
from voice.pipeline.translation import Translation
from voice.settings import HearingSettings, VoiceSettings
from voice.worker.job_runner import Attempts
from voice.worker.loop import Worker
from voice.worker.maintenance import Upkeep
from voice.worker.sweeper import Sweeper

log = logging.getLogger(__name__)

ANSWER_TIME = timedelta(seconds=1)
"""Beyond what a look into the stream waits for."""

OpenEars = Callable[[HearingSettings, Translation], AbstractAsyncContextManager[Ears]]


class VoiceProcess:
    """A server, a worker, or both: told to stop, they drain side by side."""

    def __init__(self, server: RpcServer | None, worker: Worker | None) -> None:
        self._server, self._worker = server, worker

    async def start(self) -> int:
        """Serves, where there is a server; returns its port, else 0."""
        return await self._server.start() if self._server is not None else 0

    async def set_serving(self, serving: bool) -> None:
        """Tells health checks whether to send calls here."""
        if self._server is not None:
            await self._server.set_serving(serving)

    async def stop(self, grace: timedelta) -> None:
        """Takes no new call and no new job; what runs may end within the grace."""
        async with asyncio.TaskGroup() as group:
            if self._server is not None:
                group.create_task(self._server.stop(grace))
            if self._worker is not None:
                group.create_task(self._worker.drain(grace))


@contextlib.asynccontextmanager
async def wired(
    settings: VoiceSettings, *, serves: bool = True, open_ears: OpenEars | None = None
) -> AsyncIterator[VoiceProcess]:
    """Gives the process, built and not yet started, with everything behind it running.

    Without the voice extra there are no ears: what was heard before can be read, nothing new is heard. A worker alone
    (`serves` false) makes no sense then. Other ears than the engine's may be given.
    """
    async with AsyncExitStack() as stack:
        translation = Translation(settings.hearing.translation_folder)
        stack.callback(translation.close)
        ears: Ears | str = "" if open_ears else why_off()
        if not ears:
            opener: OpenEars = open_ears or importlib.import_module("voice.pipeline.pipeline").open_ears
            ears = await stack.enter_async_context(opener(settings.hearing, translation))
        else:
            log.warning(ears)
        database = await stack.enter_async_context(open_database(settings.postgres))
        recordings, stream = open_store(settings.recordings_url), await _stream(stack, settings)
        jobs, depths = Jobs(database), Depths(database)
        worker = None
        if not isinstance(ears, str) and (settings.workers_inside or not serves):
            rules, bytes_max = settings.queue, settings.hearing.audio_bytes_max
            redacting = RedactingEars(ears, await stack.enter_async_context(open_redactor(settings.redact_pii)))
            worker = Worker(jobs, Attempts(jobs, redacting, recordings, stream, rules, bytes_max), stream, rules)
        for name, work in (
            ("sweeper", Sweeper(jobs, depths, stream, settings.queue).run_forever),
            ("upkeep", Upkeep(database, recordings, stream, settings.retention).run_forever),
            *((("worker", worker.run_forever),) if worker is not None else ()),
        ):
            await stack.enter_async_context(background(name, work))
        server = None
        if serves:
            authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
            server = _server(settings, authenticator, ears, translation, database, recordings, stream)
        yield VoiceProcess(server, worker)


async def _stream(stack: AsyncExitStack, settings: VoiceSettings) -> JobStream | None:
    if not settings.redis_url:
        return None
    rules = settings.queue
    client = await stack.enter_async_context(open_redis(settings.redis_url))
    reader = await stack.enter_async_context(open_redis(settings.redis_url, rules.block + ANSWER_TIME))
    consumer = f"{socket.gethostname()}-{os.getpid()}-{new_id()[-8:]}"
    return JobStream(client, reader, consumer, rules.lease, rules.block)


def _server(
    settings: VoiceSettings,
    authenticator: Authenticator,
    ears: Ears | str,
    translation: Translation,
    database: Database,
    recordings: Recordings,
    stream: JobStream | None,
) -> RpcServer:
    server = build_server(settings.rpc, authenticator)
    servicer = VoiceServicer(
        ears,
        translation,
        Intake(settings.hearing),
        Feedback(database),
        Depths(database),
        Retrying(database, stream),
        recordings,
    )
    server.add(
        voice_service_pb2_grpc.add_VoiceServiceServicer_to_server,
        servicer,
        voice_service_pb2.DESCRIPTOR.services_by_name["VoiceService"],
    )
    return server
