"""Tests of the learning page: status, batch runs, off-policy evaluation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.app import application
from gateway.console.pages import learning
from gateway.console.settings import ConsoleSettings
from gateway.routes.service_calls import ServiceCalls
from tests.gateway.fixtures.console.batch_runs_servicer import batch_runs_service
from tests.gateway.fixtures.console.client import anonymous_client, console_client, development_settings, sign_in
from tests.gateway.fixtures.gateway import Served

RUN_FORM = "Batch learning"
NO_RUN = "No batch run yet."
NOT_ENOUGH_DATA = "No reliable estimate."


async def test_status_is_visible_to_all_roles_and_actions_to_permitted_roles(served: Served) -> None:
    for role in ("expert", "admin", "operator"):
        async with console_client(served, role) as client:
            page = await client.get("learning")
            assert "<dt>Pending units</dt>" in page
            assert "half-life 30 days" in page
            assert f'aria-label="{RUN_FORM}"' not in page
            assert ("<h2>Off-policy evaluation</h2>" in page) == (role != "expert")
    async with console_client(served, "operator", "") as client:
        assert f'aria-label="{RUN_FORM}"' in await client.get("learning")


async def test_batch_run_submitted_twice_runs_once(served: Served) -> None:
    async with console_client(served, "operator", "") as operator:
        assert NO_RUN in await operator.get("learning")
        form = await operator.form("learning", RUN_FORM)
        for _ in range(2):
            response = await operator.post(form)
            assert (response.status_code, response.headers["location"]) == (303, "/console/learning")
        async with asyncio.timeout(30):
            while ">succeeded</span>" not in (page := await operator.get("learning")):  # noqa: ASYNC110 - pages are polled
                await asyncio.sleep(0.1)
        assert page.count('<li class="done">') == len(learning.STEPS)
        runs = await served.learning.rows("SELECT count(*) AS count FROM neural.runs")
        assert runs[0]["count"] == 1


async def test_batch_run_longer_than_timeout_is_reported_as_started(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "RUN_TIMEOUT_S", 0.001)
    async with console_client(served, "operator", "") as operator:
        await operator.submit("learning", RUN_FORM)
        assert "Batch learning has started." in await operator.get("learning")


async def test_batch_run_by_other_roles_or_without_csrf_token_is_forbidden(served: Served) -> None:
    async with console_client(served, "operator", "") as operator:
        form = await operator.form("learning", RUN_FORM)
        for role in ("expert", "admin", "operator"):
            async with console_client(served, role) as client:
                token = await client.csrf_token()
                assert (await client.post(form, {"csrf_token": token})).status_code == 403
                assert (await operator.post(form, {"csrf_token": token})).status_code == 403
        del form.fields["csrf_token"]
        assert (await operator.post(form)).status_code == 403
        assert NO_RUN in await operator.get("learning")


async def test_run_list_without_runs_has_next_step(served: Served) -> None:
    async with console_client(served, "operator", "") as operator:
        page = await operator.get("learning")
        assert "<h2>Batch runs</h2>" in page
        assert 'class="empty"' in page
        assert "Select Run batch learning" in page


@pytest.fixture
async def served_with_runs(served: Served) -> AsyncIterator[Served]:
    """Gives the gateway over a learning service with thirty batch runs."""
    async with batch_runs_service() as address:
        calls = ServiceCalls(replace(served.settings.addresses, neural=address), timedelta(seconds=10))
        yield replace(served, calls=calls)
        await calls.close()


async def test_run_list_has_pages_and_report_of_selected_run(served_with_runs: Served) -> None:
    async with console_client(served_with_runs, "operator", "") as operator:
        page = await operator.get("learning")
        assert "drifting-28" in page  # the report of the most recent run that has one
        assert "The disk is full." in page
        assert "Step rebuild: 4\u202f000 of 5\u202f000 units read" in page
        assert '<progress max="5000" value="4000"' in page
        assert "drifting-20" in await operator.get("learning?run=run-020")
        rows = await operator.csv("learning?run=run-020&csv=changes")
        assert next(float(row["Change"]) for row in rows if row["Change"]) == pytest.approx(0.21)
        assert "run-008" not in page
        assert "drifting-8" in await operator.get("learning?page=10&run=run-008")
        assert "No report for this batch run." in await operator.get("learning?run=run-008")


async def test_evaluation_shows_estimates_to_admin_without_run_list(served_with_runs: Served) -> None:
    async with console_client(served_with_runs) as admin:
        page = await admin.get("learning?strategy=greedy")
        assert "<h2>Batch runs</h2>" not in page
        assert NOT_ENOUGH_DATA not in page
        assert 'data-chart="estimates"' in page
        rows = await admin.csv("learning?strategy=greedy&csv=estimates")
        assert [(row["Estimator"], float(row["95 % lower"])) for row in rows][-1] == ("Doubly robust", 0.58)


async def test_event_stream_sends_unchanged_status_once(served: Served) -> None:
    console = ConsoleSettings(stream_life=timedelta(seconds=0.5), stream_interval=timedelta(seconds=0.05))
    settings = development_settings(served).model_copy(update={"console": console})
    async with console_client(served, "expert", settings=settings) as expert:
        response = await expert.http.get("/console/live/learning")
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.text.startswith("event: status\ndata: ")
        assert response.text.count("event: status") == 1
        assert "<dt>Pending units</dt>" in response.text


async def test_event_streams_of_one_tenant_leave_slots_for_other_tenants(served: Served) -> None:
    console = ConsoleSettings(stream_life=timedelta(seconds=1), streams_max=2, streams_per_tenant_max=1)
    app = application(development_settings(served).model_copy(update={"console": console}), served.calls)
    async with anonymous_client(app) as acme, anonymous_client(app) as globex:
        await sign_in(acme, "expert")
        await sign_in(globex, "expert", "globex")
        clients = [acme, acme, acme, globex]
        responses = await asyncio.gather(*(each.get("/console/live/learning") for each in clients))
        sent = [response.text.count("event: status") for response in responses]
        assert (sum(sent[:3]), sent[3]) == (1, 1)
        assert (await acme.get("/console/live/learning")).text.count("event: status") == 1


async def test_evaluation_with_little_data_or_invalid_dates_explains_problem(served: Served) -> None:
    async with console_client(served) as admin, console_client(served, "expert") as expert:
        page = await admin.get("learning?strategy=greedy")
        assert NOT_ENOUGH_DATA in page
        assert "<dt>Decisions with feedback</dt>" in page
        assert "of 0 decisions" in page
        page = await admin.get("learning?strategy=greedy&from=2026-02-02&to=2026-02-01")
        assert 'role="alert"' in page
        assert 'value="2026-02-02"' in page
        assert "must be a date" in await admin.get("learning?strategy=greedy&from=yesterday")
        assert NOT_ENOUGH_DATA not in await expert.get("learning?strategy=greedy")
