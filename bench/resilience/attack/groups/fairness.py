"""Limits per tenant and per caller: uploads, transcriptions, live pages and rates of requests."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import grpc

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.console import signed_in
from bench.resilience.attack.target import Target
from bench.resilience.chaos.load.recordings import marked_wav, originals
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.voice.v1 import voice_service_pb2 as voice

GROUP = Group("fairness")
UPLOAD = "/radiant.ingest.v1.IngestService/SubmitVoiceFeedback"
TRANSCRIBE = "/radiant.voice.v1.VoiceService/Transcribe"
UPLOADS, TRANSCRIPTIONS, PAGES = 40, 24, 80
REQUESTS, BURST, PER_S = 400, 100, 10
"""Requests of an attack; default burst and set rate of the gateway."""
HOLD_S = 2.0


@GROUP.attack("40 unfinished uploads of one tenant", "an upload of another tenant is stored")
async def uploads(target: Target) -> Outcome:
    """Holds uploads open, and uploads as another tenant."""
    sound = marked_wav(originals()[0], 1)
    code = await _while_held(target, UPLOAD, _upload_parts(sound), _upload_parts(sound), UPLOADS)
    return Outcome(UPLOADS, code == "OK", f"upload of another tenant: {code}")


@GROUP.attack("24 unfinished transcriptions of one tenant", "a transcription of another tenant is made")
async def transcriptions(target: Target) -> Outcome:
    """Holds transcriptions open, and transcribes as another tenant."""
    if "voice" not in target.addresses:
        return Outcome(0, True, "the voice extra is not installed")
    sound = marked_wav(originals()[0], 2)
    parts = [voice.TranscribeRequest(header=voice.TranscribeHeader(skip_translation=True)).SerializeToString()]
    parts += [voice.TranscribeRequest(chunk=chunk).SerializeToString() for chunk in _chunks(sound)]
    code = await _while_held(target, TRANSCRIBE, parts, parts, TRANSCRIPTIONS)
    return Outcome(TRANSCRIPTIONS, code == "OK", f"transcription of another tenant: {code}")


async def _while_held(target: Target, method: str, held: list[bytes], sent: list[bytes], count: int) -> str:
    """Opens calls that send all parts but the end. Returns the status of a complete call of another tenant."""
    stub: Any = target.channel(method.split(".")[1]).stream_unary(method)
    greedy, modest = (("authorization", target.bearer("greedy")),), (("authorization", target.bearer("modest")),)
    calls = [stub(metadata=greedy, timeout=30) for _ in range(count)]
    try:
        for call in calls:
            with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                await call.write(held[0])
        await asyncio.sleep(HOLD_S)
        await stub(iter(sent), metadata=modest, timeout=20)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {error.details()}"[:100]
    finally:
        for call in calls:
            call.cancel()
    return "OK"


def _upload_parts(sound: bytes) -> list[bytes]:
    feedback = feedback_pb2.VoiceFeedback(output_id="o", user_id="u", source=feedback_pb2.FEEDBACK_SOURCE_API)
    header = pb.VoiceHeader(request_id=str(uuid.uuid4()), feedback=feedback)
    parts = [pb.SubmitVoiceFeedbackRequest(header=header)]
    parts += [pb.SubmitVoiceFeedbackRequest(chunk=chunk) for chunk in _chunks(sound)]
    return [part.SerializeToString() for part in parts]


def _chunks(sound: bytes) -> list[bytes]:
    return [sound[start : start + 64 * 1024] for start in range(0, len(sound), 64 * 1024)]


@GROUP.attack("80 live pages of one tenant", "a live page of another tenant is served")
async def live_pages(target: Target) -> Outcome:
    """Holds event streams of the console open, and opens one as another tenant."""
    path = "/console/live/overview"
    async with contextlib.AsyncExitStack() as stack:
        greedy = await stack.enter_async_context(signed_in(target, "greedy", "admin"))
        modest = await stack.enter_async_context(signed_in(target, "modest", "admin"))
        opened = 0
        for _ in range(PAGES):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    answer = await stack.enter_async_context(greedy.stream("GET", path, timeout=30))
                    opened += answer.status_code == 200
        answer = await stack.enter_async_context(modest.stream("GET", path, timeout=10))
        status = answer.status_code
    return Outcome(PAGES, status == 200, f"{status} for the other tenant, {opened} pages were open")


@GROUP.attack("400 requests with 64 spellings of bearer", "no more than the burst and the rate")
async def spellings_of_bearer(target: Target) -> Outcome:
    """Sends requests of one caller whose scheme is written in different letters."""
    token = target.bearer("acme").removeprefix("Bearer ")
    spelled = ["".join(letters) for letters in itertools.product(*((each, each.upper()) for each in "bearer"))]
    return await _paced(target, [{"authorization": f"{each} {token}"} for each in spelled])


@GROUP.attack("400 requests with invented tokens", "no more than the burst and the rate")
async def invented_tokens(target: Target) -> Outcome:
    """Sends requests of one host, each with another invalid token."""
    return await _paced(target, [{"authorization": f"Bearer {uuid.uuid4()}"} for _ in range(REQUESTS)])


async def _paced(target: Target, headers: Sequence[Mapping[str, str]]) -> Outcome:
    clock = asyncio.get_running_loop().time
    begun, served = clock(), 0
    async with target.client() as client:
        for start in range(0, REQUESTS, 40):
            calls = [
                client.get("/api/v2/feedback/stats/none", headers=dict(headers[number % len(headers)]))
                for number in range(start, start + 40)
            ]
            served += sum(answer.status_code != 429 for answer in await asyncio.gather(*calls))
    seconds = clock() - begun
    permitted = BURST + PER_S * seconds + 10
    return Outcome(REQUESTS, served <= permitted, f"{served} served in {seconds:.1f} s, {permitted:.0f} permitted")
