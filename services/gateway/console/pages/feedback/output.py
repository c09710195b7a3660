"""One output: manifest, ratings, comments, signals and voice recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from starlette.responses import Response, StreamingResponse

from gateway.console.access import roles_of
from gateway.console.measured import NOT_MEASURED
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from gateway.http.problems import Problem
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.voice.v1 import voice_pb2, voice_service_pb2

RECORDINGS_MAX = 10
AUDIO_TIMEOUT_S = 60.0
MEASURED_FIELDS = ("input_tokens", "output_tokens", "total_latency_ms", "time_to_first_token_ms", "total_cost")
"""Fields of a manifest that may be unknown."""
MEDIA_TYPES = {
    "webm": "audio/webm",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
}


async def output(request: PageRequest) -> View:
    """Shows the output with the identifier `id` of the query, with up to RECORDINGS_MAX recordings."""
    tenant, output_id = request.tenant, request.query_value("id")
    message = pb.GetOutputRequest(tenant_id=tenant, output_id=output_id)
    response = await request.services.call(request.services.ingest.GetOutput, message)
    shown_ids = response.voice_ids[:RECORDINGS_MAX]
    recordings = await asyncio.gather(*(_recording(request, tenant, voice_id) for voice_id in shown_ids))
    context = {
        "response": response,
        "manifest": _facts(response),
        "recordings": [recording for recording in recordings if recording is not None],
        "hidden_recording_count": max(0, len(response.voice_ids) - RECORDINGS_MAX),
        "enums": feedback_pb2,
        "VoiceStatus": voice_pb2.VoiceStatus,
    }
    return View(template="feedback/output.html", title=f"Output {output_id}", context=context)


def _facts(response: pb.GetOutputResponse) -> dict[str, Any]:
    """Returns the fields of the manifest by name, with NOT_MEASURED for unknown values; empty without a manifest."""
    if not response.HasField("manifest"):
        return {}
    manifest: Message = response.manifest
    fields = manifest.DESCRIPTOR.fields_by_name
    unknown = {fields[name].json_name: NOT_MEASURED for name in MEASURED_FIELDS if not manifest.HasField(name)}
    return MessageToDict(manifest) | unknown


async def _recording(request: PageRequest, tenant: str, voice_id: str) -> voice_pb2.VoiceFeedback | None:
    """Returns a recording; None when it was deleted or the voice service is unavailable."""
    message = voice_service_pb2.GetVoiceFeedbackRequest(tenant_id=tenant, voice_id=voice_id)
    try:
        return (await request.services.call(request.services.voice.GetVoiceFeedback, message)).feedback
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return None


async def audio(request: PageRequest) -> Response:
    """Streams the audio of a recording; raises Problem (AUDIO_GONE) when it is no longer stored."""
    message = voice_service_pb2.GetVoiceAudioRequest(tenant_id=request.tenant, voice_id=request.path["voice_id"])
    stream = request.services.stream(request.services.voice.GetVoiceAudio, message, AUDIO_TIMEOUT_S)
    try:
        first = await anext(stream)
    except StopAsyncIteration:
        raise Problem(404, "AUDIO_GONE", "The recording is no longer stored.") from None

    async def chunks() -> AsyncIterator[bytes]:
        yield first.chunk
        async for part in stream:
            yield part.chunk

    headers = {"content-length": str(first.audio_bytes)} if first.audio_bytes else {}
    media_type = MEDIA_TYPES.get(first.audio_format, "application/octet-stream")
    return StreamingResponse(chunks(), headers=headers, media_type=media_type)


PAGE = Page(
    path="feedback/output",
    handler=output,
    roles=roles_of("IngestService.GetOutput"),
    downloads={"audio/{voice_id}": (roles_of("VoiceService.GetVoiceAudio"), audio)},
)
