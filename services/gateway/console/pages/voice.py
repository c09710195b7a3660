"""Voice: where spoken feedback stands, and another try for what failed."""

from __future__ import annotations

from gateway.console.page import ADMINS, Asked, Figure, Moved, Page, Shown
from gateway.http.problems import Problem
from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb

PAGE_SIZE = 50
STATES = ("pending", "processing", "completed", "failed", "no_speech")


def _state(word: str) -> int:
    return dict(voice_pb2.VoiceStatus.items()).get("VOICE_STATUS_" + word.upper(), 0) if word else 0


def _queue(answer: pb.GetVoiceQueueResponse) -> Figure:
    words = {
        each.status: voice_pb2.VoiceStatus.Name(each.status).removeprefix("VOICE_STATUS_").lower()
        for each in answer.depths
    }
    rows = [(words[each.status].replace("_", " "), each.count) for each in answer.depths]
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 90, "right": 30, "top": 10, "bottom": 30},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "data": [row[0] for row in rows], "inverse": True},
        "series": [{"type": "bar", "data": [row[1] for row in rows], "label": {"show": True, "position": "right"}}],
    }
    return Figure(name="queue", title="By state", columns=("State", "Recordings"), rows=rows, option=option, height=200)


async def voice(asked: Asked) -> Shown:
    """Lists recordings; those who may retry also see how long the queue is."""
    desk, tenant = asked.desk, asked.tenant
    context: dict[str, object] = {"off": "", "answer": None, "queue": None, "states": STATES}
    context |= {
        "VoiceStatus": voice_pb2.VoiceStatus,
        "Rating": feedback_pb2.Rating,
        "may_retry": asked.session.may(ADMINS),
    }
    figures: list[Figure] = []
    try:
        request = pb.ListVoiceFeedbackRequest(
            tenant_id=tenant,
            status=_state(asked.text("status")),  # type: ignore[arg-type]
            output_id=asked.text("output"),
            user_id=asked.text("user"),
            page_size=PAGE_SIZE,
            page_token=asked.text("page"),
        )
        context["answer"] = await desk.ask(desk.voice.ListVoiceFeedback, request)
        if asked.session.may(ADMINS):
            queue = await desk.ask(desk.voice.GetVoiceQueue, pb.GetVoiceQueueRequest(tenant_id=tenant))
            context["queue"] = queue
            figures.append(_queue(queue))
    except Problem as problem:
        if problem.status != 503 and problem.reason != "VOICE_OFF":
            raise
        context["off"] = problem.detail
    return Shown(template="voice.html", title="Voice", context=context, figures=figures)


async def retry(asked: Asked) -> Moved:
    """Has the chosen recordings heard again."""
    request = pb.RetryVoiceFeedbackRequest(
        tenant_id=asked.tenant,
        request_id=asked.request_id,
        voice_ids=asked.form.get("voice_id", []),
        reason=asked.sent("reason"),
    )
    if not request.voice_ids:
        raise Problem.field("voice_id", "choose at least one recording")
    answer = await asked.desk.ask(asked.desk.voice.RetryVoiceFeedback, request)
    count, left = len(answer.retried_voice_ids), len(answer.unchanged_voice_ids)
    notice = f"{count} will be heard again." + (f" {left} had not failed and stay as they are." if left else "")
    return Moved(to=f"voice?tenant={asked.tenant}" if not asked.session.tenant else "voice", notice=notice)


PAGE = Page(path="voice", name="Voice", handler=voice, actions={"voice/retry": (ADMINS, retry)})
