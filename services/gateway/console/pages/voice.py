"""Voice page: status of voice recordings, and retry of failed ones."""

from __future__ import annotations

from gateway.console.access import roles_of
from gateway.console.charts.figure import Figure
from gateway.console.charts.voice import queue_figure
from gateway.console.enums import enum_choices, enum_value
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb

PAGE_SIZE = 50


async def voice(request: PageRequest) -> View:
    """Lists recordings. Roles that may retry also see the length of the queue."""
    services, tenant = request.services, request.tenant
    may_retry = request.session.has_any_role(roles_of("VoiceService.RetryVoiceFeedback"))
    context: dict[str, object] = {
        "unavailable_reason": "",
        "response": None,
        "queue": None,
        "statuses": enum_choices(voice_pb2.VoiceStatus),
        "VoiceStatus": voice_pb2.VoiceStatus,
        "may_retry": may_retry,
    }
    figures: list[Figure] = []
    try:
        message = pb.ListVoiceFeedbackRequest(
            tenant_id=tenant,
            status=enum_value(request.query_value("status"), voice_pb2.VoiceStatus),
            output_id=request.query_value("output"),
            user_id=request.query_value("user"),
            page_size=PAGE_SIZE,
            page_token=request.query_value("page"),
        )
        context["response"] = await services.call(services.voice.ListVoiceFeedback, message)
        if may_retry:
            queue = await services.call(services.voice.GetVoiceQueue, pb.GetVoiceQueueRequest(tenant_id=tenant))
            context["queue"] = queue
            figures.append(queue_figure(queue))
    except Problem as problem:
        if problem.status != 503 and problem.reason != "VOICE_OFF":
            raise
        context["unavailable_reason"] = problem.detail
    return View(template="voice.html", title="Voice", context=context, figures=figures)


async def retry(request: PageRequest) -> Redirect:
    """Queues the selected recordings for another transcription."""
    message = pb.RetryVoiceFeedbackRequest(
        tenant_id=request.tenant,
        request_id=request.request_id,
        voice_ids=request.form.get("voice_id", []),
        reason=request.form_value("reason"),
    )
    if not message.voice_ids:
        raise Problem.field("voice_id", "select at least one recording")
    response = await request.services.call(request.services.voice.RetryVoiceFeedback, message)
    queued, unchanged = len(response.retried_voice_ids), len(response.unchanged_voice_ids)
    notice = f"Recordings queued for another transcription: {queued}."
    if unchanged:
        notice += f" Unchanged because they had not failed: {unchanged}."
    return Redirect(path=request.address("voice"), notice=notice)


PAGE = Page(
    path="voice",
    label="Voice",
    handler=voice,
    actions={"voice/retry": (roles_of("VoiceService.RetryVoiceFeedback"), retry)},
)
