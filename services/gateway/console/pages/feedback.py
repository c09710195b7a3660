"""Feedback: outputs and what people said of them, one output's manifest, and the recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response, StreamingResponse

from gateway.console.page import READERS, Asked, Figure, Page, Shown
from gateway.http.problems import Problem
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.voice.v1 import voice_pb2, voice_service_pb2

PAGE_SIZE = 50
RECORDINGS_MAX = 10
AUDIO_TIMEOUT_S = 60.0
AUDIO_TYPES = {
    "webm": "audio/webm",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
}
_RATINGS = {
    "positive": feedback_pb2.RATING_POSITIVE,
    "neutral": feedback_pb2.RATING_NEUTRAL,
    "negative": feedback_pb2.RATING_NEGATIVE,
}


def _request(asked: Asked) -> pb.ListOutputsRequest:
    request = pb.ListOutputsRequest(
        tenant_id=asked.tenant,
        model=asked.text("model"),
        task_type=asked.text("task"),
        domain_mode=asked.text("domain"),
        user_id=asked.text("user"),
        conversation_id=asked.text("conversation"),
        rating=_RATINGS.get(asked.text("rating"), 0),  # type: ignore[arg-type]
        category=_value(feedback_pb2.FeedbackCategory.items(), "FEEDBACK_CATEGORY_", asked.text("category")),  # type: ignore[arg-type]
        signal_type=_value(feedback_pb2.SignalType.items(), "SIGNAL_TYPE_", asked.text("signal")),  # type: ignore[arg-type]
        with_feedback=asked.text("with") == "feedback",
        with_comment=asked.text("with") == "comment",
        with_voice=asked.text("with") == "voice",
        page_size=PAGE_SIZE,
        page_token=asked.text("page"),
    )
    if asked.text("from") or asked.text("to"):
        start, end = asked.between(30)
        request.end_time.CopyFrom(end)
        if asked.text("from"):
            request.start_time.CopyFrom(start)
    return request


def _value(items: Sequence[tuple[str, int]], prefix: str, word: str) -> int:
    return dict(items).get(prefix + word.upper(), 0) if word else 0


def _words(items: Sequence[tuple[str, int]], prefix: str) -> list[tuple[str, str]]:
    names = [name.removeprefix(prefix).lower() for name, value in items if value]
    return [("", "any"), *((name, name.replace("_", " ")) for name in names)]


def _table(answer: pb.ListOutputsResponse) -> Figure:
    rows = [
        (
            each.create_time.ToJsonString(),
            each.output_id,
            each.user_id,
            " ".join(each.models_used),
            each.task_type,
            each.domain_mode,
            each.counts.positive,
            each.counts.negative,
            each.counts.signals,
            each.counts.comments,
            each.counts.voice,
            round(each.mean_score, 4),
        )
        for each in answer.outputs
    ]
    columns = (
        "Created (UTC)",
        "Output",
        "User",
        "Models",
        "Task",
        "Domain",
        "Up",
        "Down",
        "Signals",
        "Comments",
        "Voice",
        "Score",
    )
    return Figure(name="outputs", title="Outputs", columns=columns, rows=rows)


async def feedback(asked: Asked) -> Shown:
    """Lists a page of outputs."""
    answer = await asked.desk.ask(asked.desk.ingest.ListOutputs, _request(asked))
    context = {
        "answer": answer,
        "categories": _words(feedback_pb2.FeedbackCategory.items(), "FEEDBACK_CATEGORY_"),
        "signals": _words(feedback_pb2.SignalType.items(), "SIGNAL_TYPE_"),
    }
    return Shown(template="feedback.html", title="Feedback", context=context, figures=(_table(answer),))


async def output(asked: Asked) -> Shown:
    """Shows one output: its manifest, what was said, and the recordings as far as the voice service knows them."""
    tenant, name = asked.tenant, asked.text("id")
    answer = await asked.desk.ask(asked.desk.ingest.GetOutput, pb.GetOutputRequest(tenant_id=tenant, output_id=name))
    spoken = await asyncio.gather(*(_recording(asked, tenant, each) for each in answer.voice_ids[:RECORDINGS_MAX]))
    facts = MessageToDict(answer.manifest) if answer.HasField("manifest") else {}
    context = {
        "answer": answer,
        "facts": facts,
        "spoken": [each for each in spoken if each is not None],
        "more_spoken": max(0, len(answer.voice_ids) - RECORDINGS_MAX),
        "enums": feedback_pb2,
        "VoiceStatus": voice_pb2.VoiceStatus,
        "output_id": name,
        "none": Timestamp(),
    }
    return Shown(template="output.html", title=f"Output {name}", context=context)


async def _recording(asked: Asked, tenant: str, voice_id: str) -> voice_pb2.VoiceFeedback | None:
    request = voice_service_pb2.GetVoiceFeedbackRequest(tenant_id=tenant, voice_id=voice_id)
    try:
        return (await asked.desk.ask(asked.desk.voice.GetVoiceFeedback, request)).feedback
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return None  # voice is off, or the recording has gone since


async def audio(asked: Asked) -> Response:
    """Streams a recording."""
    request = voice_service_pb2.GetVoiceAudioRequest(tenant_id=asked.tenant, voice_id=asked.path["voice_id"])
    stream = asked.desk.stream(asked.desk.voice.GetVoiceAudio, request, AUDIO_TIMEOUT_S)
    try:
        first = await anext(stream)
    except StopAsyncIteration:
        raise Problem(404, "AUDIO_GONE", "The recording is not kept any more.") from None

    async def parts() -> AsyncIterator[bytes]:
        yield first.chunk
        async for each in stream:
            yield each.chunk

    headers = {"content-length": str(first.audio_bytes)} if first.audio_bytes else {}
    return StreamingResponse(
        parts(), headers=headers, media_type=AUDIO_TYPES.get(first.audio_format, "application/octet-stream")
    )


PAGE = Page(path="feedback", name="Feedback", handler=feedback, downloads={"audio/{voice_id}": (READERS, audio)})
OUTPUT = Page(path="feedback/output", name="", handler=output)
