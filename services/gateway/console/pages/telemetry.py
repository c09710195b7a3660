"""Telemetry page: spans and log records that the OpenTelemetry intake left out, by reason."""

from __future__ import annotations

from gateway.console.charts.figure import Figure
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from gateway.otlp.convert.operations import DESCRIPTIONS, Reason
from gateway.otlp.reports.statistics import TenantStatistics

ROWS_MAX = 200


async def telemetry(request: PageRequest) -> View:
    """Shows the counts of the tenant since the start of the gateway process that serves the page."""
    found = request.telemetry.get(request.tenant) if request.telemetry is not None else TenantStatistics()
    context = {
        "is_enabled": request.telemetry is not None,
        "outputs": found.stored["manifest", "accepted"] + found.stored["manifest", "waiting"],
        "votes": found.stored["feedback", "accepted"],
        "scores": found.stored["evaluation_score", "accepted"],
        "passed_over": found.passed_over.total(),
        "left_out": found.attribute_errors.total(),
        "rejected": found.rejections.total(),
        "metric_requests": found.metric_requests,
    }
    return View(template="telemetry.html", title="Telemetry", context=context, figures=_figures(found))


def _figures(found: TenantStatistics) -> list[Figure]:
    reasons = [(name, DESCRIPTIONS[Reason(name)], count) for name, count in found.passed_over.most_common()]
    attributes = [(*key, count) for key, count in found.attribute_errors.most_common(ROWS_MAX)]
    rejections = [(*key, count) for key, count in found.rejections.most_common(ROWS_MAX)]
    scores = [
        (name, each.count, each.mean, each.minimum, each.maximum)
        for name, each in sorted(found.scores.items(), key=lambda item: -item[1].count)
    ]
    return [
        Figure(
            name="passed-over",
            title="No output or vote, by reason",
            columns=("Reason", "The span or log record", "Count"),
            rows=reasons,
        ),
        Figure(
            name="attributes",
            title="Attributes left out",
            columns=("Attribute", "Rule", "Count"),
            rows=attributes,
            description="The outputs were stored without these attributes.",
        ),
        Figure(name="rejections", title="Rejected items", columns=("Field", "Rule", "Count"), rows=rejections),
        Figure(
            name="scores",
            title="Evaluations without a vote",
            columns=("Evaluation", "Count", "Mean", "Minimum", "Maximum"),
            rows=scores,
            description="The scores are stored and shown with their outputs. Their range is unknown. Set "
            "RADIANT_OTLP_EVALUATION_RANGES, or send a label or the attributes gen_ai.evaluation.score.min and "
            "gen_ai.evaluation.score.max.",
        ),
    ]


PAGE = Page(path="telemetry", label="Telemetry", handler=telemetry)
