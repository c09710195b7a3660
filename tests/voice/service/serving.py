"""The real service on real servers, recordings as intake leaves them, and what tests say to it."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import grpc

from radiant.voice.v1 import voice_pb2, voice_service_pb2_grpc
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.ingest.fixtures.service import problems_of, reason_of
from tests.support.servers import url_as
from tests.support.suite import KEY, ServiceProcess, token
from tests.voice.service.scripted import JOURNAL, ScriptedEars, opener
from voice.app import wired
from voice.domain.ports import Ears
from voice.settings import VoiceSettings

SERVICE, EXPERT, ADMIN = token("acme"), token("acme", "expert"), token("acme", "admin")
OPERATOR, STRANGER = token("", "operator"), token("globex", "admin", "expert", "service")
MODULE = "tests.voice.service.scripted"
STREAMED = ("Transcribe", "GetVoiceAudio")

_ROW = """
INSERT INTO ingest.voice_feedback (tenant_id, output_id, user_id, voice_id, created_at, audio_key, audio_format,
  source, audio_bytes)
VALUES ($1, $2, $3, $4, now() - $5::interval, $6, 'wav', 'api', $7)
"""
_WATCH = """
CREATE TABLE public.completions (voice_id uuid, status text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO public.completions VALUES (NEW.voice_id, NEW.status); RETURN NEW; END $$;
CREATE TRIGGER note AFTER UPDATE ON ingest.voice_feedback FOR EACH ROW
WHEN (NEW.status IN ('completed', 'no_speech', 'failed') AND NEW.status <> OLD.status) EXECUTE FUNCTION public.note();
"""


@dataclass(frozen=True)
class World:
    """The database as intake leaves it, by the superuser; and the folder of recordings."""

    connection: asyncpg.Connection
    folder: Path

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Reads or writes as the superuser."""
        return list(await self.connection.fetch(query, *values))

    async def recorded(
        self, data: bytes, tenant: str = "acme", output: str = "", user: str = "u", age: timedelta = timedelta()
    ) -> str:
        """Stores a recording and its row; returns its identifier."""
        voice_id = str(uuid.uuid4())
        path = self.folder / tenant / voice_id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        key, output = f"{tenant}/{voice_id}", output or str(uuid.uuid4())
        await self.connection.execute(_ROW, tenant, output, user, voice_id, age, key, len(data))
        return voice_id

    async def row(self, voice_id: str) -> asyncpg.Record:
        """Returns a row."""
        return (await self.rows("SELECT * FROM ingest.voice_feedback WHERE voice_id = $1", voice_id))[0]

    async def watched(self) -> None:
        """Notes from now on each time that a job comes to an end."""
        await self.connection.execute(_WATCH)

    async def ends(self) -> dict[str, list[str]]:
        """Returns how each watched job came to an end, once an entry."""
        found: dict[str, list[str]] = {}
        for row in await self.rows("SELECT voice_id::text AS voice_id, status FROM public.completions"):
            found.setdefault(row["voice_id"], []).append(row["status"])
        return found

    async def counts(self) -> dict[str, int]:
        """Returns how many rows there are by status."""
        found = await self.rows("SELECT status, count(*) AS count FROM ingest.voice_feedback GROUP BY status")
        return {row["status"]: row["count"] for row in found}

    async def learned(self) -> int:
        """Returns how many units wait to be learned."""
        return int((await self.rows("SELECT count(*) AS count FROM ingest.learn_queue"))[0]["count"])

    async def until(self, status: str, count: int = 1, seconds: float = 15) -> float:
        """Waits until so many rows have a status."""

        async def reached() -> bool:
            return (await self.counts()).get(status, 0) >= count

        try:
            return await within(seconds, reached)
        except TimeoutError:
            columns = "voice_id, status, attempts, error_code, next_attempt_at - now(), lease_until - now()"
            left = await self.rows(f"SELECT {columns} FROM ingest.voice_feedback WHERE status <> $1 LIMIT 5", status)
            raise AssertionError(f"{await self.counts()}: {[tuple(row) for row in left]}") from None


@dataclass(frozen=True)
class Serving(World):
    """A running service and a look behind it."""

    stub: voice_service_pb2_grpc.VoiceServiceStub
    ears: Ears

    async def call(self, method: str, request: Any, caller: grpc.aio.Metadata = SERVICE) -> Any:
        """Makes one call and returns its answer, or the list of them."""
        call = getattr(self.stub, method)
        if method == "Transcribe":
            return await call(iter(request), metadata=caller, timeout=60)
        if method == "GetVoiceAudio":
            return [part async for part in call(request, metadata=caller, timeout=30)]
        return await call(request, metadata=caller, timeout=30)

    async def said(
        self, method: str, request: Any, caller: grpc.aio.Metadata = SERVICE
    ) -> tuple[str, list[str], str, str]:
        """Makes a call and returns its status, the fields that it names, its reason and its words."""
        try:
            await self.call(method, request, caller)
        except grpc.aio.AioRpcError as error:
            return error.code().name, problems_of(error), reason_of(error), error.details() or ""
        return "OK", [], "", ""

    async def shown(self, voice_id: str) -> voice_pb2.VoiceFeedback:
        """Returns feedback as the API shows it."""
        answer: pb.GetVoiceFeedbackResponse = await self.call(
            "GetVoiceFeedback", pb.GetVoiceFeedbackRequest(voice_id=voice_id)
        )
        return answer.feedback


def environ_of(database_url: str, redis_url: str, folder: Path, **extra: str) -> dict[str, str]:
    """Returns the environment of an impatient service on a free port, in its own role."""
    return {
        "RADIANT_DATABASE_URL": url_as("radiant_voice", database_url),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_AUDIO_URL": str(folder),
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_PORT": "0",
        "RADIANT_METRICS_PORT": "0",
        "RADIANT_VOICE_LEASE_SECONDS": "1",
        "RADIANT_VOICE_RETRY_SECONDS": "0.05",
        "RADIANT_VOICE_SWEEP_SECONDS": "0.1",
        "RADIANT_VOICE_LOST_SECONDS": "0.1",
        "RADIANT_VOICE_ATTEMPTS_MAX": "3",
        **extra,
    }


@contextlib.asynccontextmanager
async def opened(database_url: str, folder: Path) -> AsyncIterator[World]:
    """Gives a look at the database, with every end of a job noted."""
    connection = await asyncpg.connect(database_url)
    try:
        yield World(connection, folder)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def serving(
    database_url: str, redis_url: str, folder: Path, ears: Ears | None = None, *, real: bool = False, **extra: str
) -> AsyncIterator[Serving]:
    """Serves while the block runs; with `real` ears, the engine's."""
    ears = ears or ScriptedEars()
    settings = VoiceSettings.from_env(environ_of(database_url, redis_url, folder, **extra))
    how = None if real else opener(ears)
    async with opened(database_url, folder) as world, wired(settings, open_ears=how) as process:
        port = await process.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = voice_service_pb2_grpc.VoiceServiceStub(channel)
                yield Serving(world.connection, folder, stub, ears)
        finally:
            await process.stop(timedelta())


def scripted_process(database_url: str, redis_url: str, folder: Path, which: int, **extra: str) -> ServiceProcess:
    """Prepares a service with scripted ears as a process of its own; its journal lies beside its log."""
    journal = folder / f"journal-{which}"
    journal.touch()
    environ = environ_of(database_url, redis_url, folder / "audio", **extra) | {JOURNAL: str(journal)}
    return ServiceProcess(MODULE, environ, folder / f"voice-{which}.log")


async def within(seconds: float, condition: Callable[[], Awaitable[bool]]) -> float:
    """Waits until the condition holds and returns after how many seconds; raises TimeoutError when it does not."""
    begun = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - nobody tells when it comes to hold
            await asyncio.sleep(0.02)
    return time.monotonic() - begun


def name() -> str:
    """Returns a fresh UUID."""
    return str(uuid.uuid4())
