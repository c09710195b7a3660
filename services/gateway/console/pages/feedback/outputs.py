"""List of outputs with their feedback, filtered by the query."""

from __future__ import annotations

from gateway.console.charts.figure import Figure
from gateway.console.enums import enum_choices, enum_label, enum_value
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

PAGE_SIZE = 50
PERIOD_DAYS = 30
COLUMNS = (
    "Created (UTC)",
    "Output",
    "User",
    "Models",
    "Task",
    "Domain",
    "Positive ratings",
    "Negative ratings",
    "Signals",
    "Comments",
    "Voice comments",
    "Mean score",
    "Outcome",
)


async def outputs(request: PageRequest) -> View:
    """Shows one page of outputs."""
    message = _message(request)
    response = await request.services.call(request.services.ingest.ListOutputs, message)
    context = {
        "outputs": response.outputs,
        "next_page_token": response.next_page_token,
        "ratings": enum_choices(feedback_pb2.Rating),
        "categories": enum_choices(feedback_pb2.FeedbackCategory),
        "signals": enum_choices(feedback_pb2.SignalType),
        "OutcomeStatus": manifest_pb2.OutcomeStatus,
    }
    return View(template="feedback/outputs.html", title="Feedback", context=context, figures=(_table(response),))


def _message(request: PageRequest) -> pb.ListOutputsRequest:
    feedback_filter = request.query_value("with")
    start, end = request.period_filter(PERIOD_DAYS)
    return pb.ListOutputsRequest(
        tenant_id=request.tenant,
        start_time=start,
        end_time=end,
        model=request.query_value("model"),
        task_type=request.query_value("task"),
        domain_mode=request.query_value("domain"),
        user_id=request.query_value("user"),
        conversation_id=request.query_value("conversation"),
        rating=enum_value(request.query_value("rating"), feedback_pb2.Rating),
        category=enum_value(request.query_value("category"), feedback_pb2.FeedbackCategory),
        signal_type=enum_value(request.query_value("signal"), feedback_pb2.SignalType),
        with_feedback=feedback_filter == "feedback",
        with_comment=feedback_filter == "comment",
        with_voice=feedback_filter == "voice",
        page_size=PAGE_SIZE,
        page_token=request.query_value("page"),
    )


def _table(response: pb.ListOutputsResponse) -> Figure:
    rows = [
        (
            output.create_time.ToJsonString(),
            output.output_id,
            output.user_id,
            " ".join(output.models_used),
            output.task_type,
            output.domain_mode,
            output.counts.positive,
            output.counts.negative,
            output.counts.signals,
            output.counts.comments,
            output.counts.voice,
            round(output.mean_score, 4) if output.HasField("mean_score") else None,
            enum_label(output.outcome, manifest_pb2.OutcomeStatus) if output.outcome else "",
        )
        for output in response.outputs
    ]
    return Figure(name="outputs", title="Outputs", columns=COLUMNS, rows=rows)


PAGE = Page(path="feedback", label="Feedback", handler=outputs)
