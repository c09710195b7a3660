"""All services at once in the test's own process, called by the names of their methods."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

import experiments.app
import ingest.app
import neural.app
import voice.app
from experiments.settings import ExperimentsSettings
from ingest.settings import IngestSettings
from neural.settings import NeuralSettings
from tests.experiments.fixtures.field_cases import valid_request as experiments_legal
from tests.ingest.fixtures.field_cases import legal as ingest_legal
from tests.ingest.fixtures.service import reason_of
from tests.ingest.fixtures.voice import header_part as spoken_head
from tests.neural.fixtures.fields import WALK as NEURAL_WALK
from tests.support.servers import url_as
from tests.support.suite import KEY
from tests.voice.fixtures.scripted import ScriptedTranscriber, opener
from voice.settings import VoiceSettings

VOICE_ID = "018f0000-0000-7000-8000-000000000001"
VOICE: dict[str, dict[str, Any]] = {
    "TranslateText": {"text": "Danke", "source_language": "de", "target_language": "en"},
    "GetVoiceFeedback": {"voice_id": VOICE_ID},
    "ListVoiceFeedback": {},
    "RetryVoiceFeedback": {"request_id": VOICE_ID, "voice_ids": [VOICE_ID]},
    "GetVoiceAudio": {"voice_id": VOICE_ID},
    "GetVoiceQueue": {},
}


@dataclass(frozen=True)
class Answer:
    """How a call ended."""

    code: str
    reason: str = ""
    data: bytes = b""
    """Everything that came back."""


@dataclass(frozen=True)
class Whole:
    """The running services."""

    channels: dict[str, grpc.aio.Channel]
    """By the first word of the package."""

    async def call(self, method: MethodDescriptor, requests: Iterable[Message], metadata: Any) -> Answer:
        """Calls the method and reads at most three answers of a stream, of an endless one the first."""
        service = method.containing_service.full_name
        shape = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
        channel = self.channels[service.split(".")[1]]
        prepared = getattr(channel, shape)(f"/{service}/{method.name}", lambda message: message.SerializeToString())
        sent = list(requests)
        call = prepared(iter(sent) if method.client_streaming else sent[0], metadata=metadata, timeout=20)
        data = b""
        try:
            if not method.server_streaming:
                return Answer("OK", "", await call)
            async for part in _first(call, 1 if method.name.startswith("Watch") else 3):
                data += part
        except grpc.aio.AioRpcError as error:
            return Answer(error.code().name, reason_of(error), data)
        finally:
            call.cancel()
        return Answer("OK", "", data)


async def _first(call: Any, most: int) -> AsyncIterator[bytes]:
    for _ in range(most):
        part = await call.read()
        if part is grpc.aio.EOF:
            return
        yield part


def empty(method: MethodDescriptor) -> Message:
    """Returns a request in which nothing is set."""
    message: Message = message_factory.GetMessageClass(method.input_type)()
    return message


def legal(method: MethodDescriptor) -> Any:
    """Returns a request that the method would take, as far as that can be said of any."""
    package = method.containing_service.full_name.split(".")[1]
    if package == "ingest":
        if method.name == "SubmitVoiceFeedback":
            return spoken_head()
        return ingest_legal(method.input_type)
    if package == "neural":
        return NEURAL_WALK.legal(method.input_type)
    if package == "experiments":
        return experiments_legal(method.name)
    if method.name == "Transcribe":
        return message_factory.GetMessageClass(method.input_type)(header={})
    return message_factory.GetMessageClass(method.input_type)(**VOICE[method.name])


@contextlib.asynccontextmanager
async def running(database_url: str, redis_url: str, folder: Path, **extra: str) -> AsyncIterator[Whole]:
    """Runs ingest, neural, experiments and voice while the block runs."""

    def environ(service: str) -> dict[str, str]:
        return {
            "RADIANT_DATABASE_URL": url_as(f"radiant_{service}", database_url),
            "RADIANT_REDIS_URL": redis_url,
            "RADIANT_TOKEN_KEY": KEY,
            "RADIANT_PORT": "0",
            "RADIANT_AUDIO_URL": str(folder),
            "RADIANT_VOICE_WORKERS_INSIDE": "false",
            "RADIANT_DATABASE_CONNECTIONS_MAX": "6",
            **extra,
        }

    async with contextlib.AsyncExitStack() as stack:
        channels = {}
        transcriber = opener(ScriptedTranscriber())
        for name, wired in (
            ("ingest", ingest.app.open_server(IngestSettings.from_env(environ("ingest")))),
            ("neural", neural.app.open_server(NeuralSettings.from_env(environ("neural")))),
            ("experiments", experiments.app.open_server(ExperimentsSettings.from_env(environ("experiments")))),
            ("voice", voice.app.open_server(VoiceSettings.from_env(environ("voice")), open_transcriber=transcriber)),
        ):
            server: Any = await stack.enter_async_context(wired)
            port = await server.start()
            stack.push_async_callback(server.stop, timedelta())
            channels[name] = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        yield Whole(channels)
