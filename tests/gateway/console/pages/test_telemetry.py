"""Tests of the telemetry page: counts by reason of one tenant, and a disabled intake."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from gateway.app import application
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.reports.report import Report
from gateway.otlp.reports.statistics import ENTRIES_MAX, OTHER, TENANTS_MAX, IntakeStatistics
from gateway.otlp.settings import ItemLimits
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from tests.gateway.fixtures.console.client import anonymous_client, sign_in
from tests.gateway.fixtures.otlp import CHAT, evaluation, evaluation_event, span, trace_request

TOOL = {"gen_ai.operation.name": "execute_tool"}
SCORE = evaluation("house style", 4.0)


def report(*attributes: Mapping[str, Any]) -> Report:
    """Returns the report of a request with spans of these attributes."""
    spans = [span(number, each) for number, each in enumerate(attributes, 1)]
    spans[0].events.append(evaluation_event(SCORE))
    converted = convert_spans(trace_request(*spans), ItemLimits())
    return Report(converted, converted.rejections)


async def test_page_shows_the_counts_of_the_tenant_only(settings: GatewaySettings, calls: ServiceCalls) -> None:
    statistics = IntakeStatistics()
    wrong = {**CHAT, "gen_ai.usage.cost": "$0.01"}
    stored = Counter({("manifest", "accepted"): 37})
    statistics.add("acme", report(wrong, TOOL, {"gen_ai.operation.name": "chat"}), stored)
    statistics.add("globex", report({**CHAT, "radiant.propensity": 7}), Counter())
    app = application(settings, calls, statistics=statistics)
    async with anonymous_client(app) as client:
        await sign_in(client, "admin")
        page = (await client.get("/console/telemetry")).text
        assert "<dt>Outputs</dt><dd>37</dd>" in page
        assert "calls a tool and is not an output" in page
        assert "gen_ai.usage.cost" in page
        assert "gen_ai.request.model" in page
        assert "house style" in page
        assert "this gateway process" in page
        assert "radiant.propensity" not in page
        table = (await client.get("/console/telemetry?csv=scores")).text
        assert "house style,1,4" in table


async def test_page_without_intake_states_the_setting(settings: GatewaySettings, calls: ServiceCalls) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await sign_in(client, "admin")
        assert "RADIANT_OTLP=true" in (await client.get("/console/telemetry")).text


def test_statistics_are_bounded_by_tenants_and_names() -> None:
    statistics = IntakeStatistics()
    for number in range(TENANTS_MAX + 5):
        statistics.of(f"t{number}").metric_requests = 1
    assert statistics.get("t0").metric_requests == 0
    assert statistics.get(f"t{TENANTS_MAX + 4}").metric_requests == 1
    for number in range(ENTRIES_MAX + 5):
        events = [evaluation_event(evaluation(f"house style {number}", 4.0))]
        converted = convert_spans(trace_request(span(1, CHAT, events=events)), ItemLimits())
        statistics.add("acme", Report(converted, ()), Counter())
    scores = statistics.get("acme").scores
    assert (len(scores), scores[OTHER].count) == (ENTRIES_MAX + 1, 5)
