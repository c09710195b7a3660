"""Learning in the console: how far it is, the nightly work by hand, estimates of other strategies."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.console.pages import learning
from gateway.console.pages.learning_figures import estimates, report_figures
from gateway.console.settings import ConsoleSettings
from gateway.routes.service_calls import ServiceCalls
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.gateway.console.night_servicer import nights
from tests.gateway.console.visiting import settings_of, visiting
from tests.gateway.fixtures.gateway import Served

NIGHTLY = "Nightly work"


async def test_everybody_sees_how_far_it_is(served: Served) -> None:
    for role in ("expert", "admin", "operator"):
        async with visiting(served, role) as visitor:
            page = await visitor.see("learning")
            assert "units that are not learned yet" in page
            assert "half-life 30 days" in page
            assert ("Run the nightly work now" in page) == (role == "operator")
            assert ("How would another strategy have done?" in page) == (role != "expert")


async def test_operators_run_the_nightly_work(served: Served) -> None:
    async with visiting(served, "operator", "") as operator:
        assert "It has not run yet." in await operator.see("learning")
        form = await operator.form("learning", NIGHTLY)
        for _ in range(2):
            answer = await operator.post(form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/learning")
        async with asyncio.timeout(30):
            while ">succeeded</span>" not in (page := await operator.see("learning")):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert page.count('<li class="done">') == len(learning.STEPS)
        runs = await served.learning.rows("SELECT count(*) AS count FROM neural.runs")
        assert runs[0]["count"] == 1


async def test_a_run_that_takes_longer_has_begun(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "HEARD_S", 0.001)
    async with visiting(served, "operator", "") as operator:
        await operator.send("learning", NIGHTLY)
        assert "The nightly work has begun" in await operator.see("learning")


async def test_others_cannot_run_it(served: Served) -> None:
    async with visiting(served, "operator", "") as operator:
        form = await operator.form("learning", NIGHTLY)
        for role in ("expert", "admin"):
            async with visiting(served, role) as visitor:
                key = (await visitor.form("learning", "/console/signout")).fields["form_key"]
                assert (await visitor.post(form, {"form_key": key})).status_code == 403
                assert (await operator.post(form, {"form_key": key})).status_code == 403
        del form.fields["form_key"]
        assert (await operator.post(form)).status_code == 403
        assert "It has not run yet." in await operator.see("learning")


async def test_the_list_of_runs_says_what_to_do(served: Served) -> None:
    async with visiting(served, "operator", "") as operator:
        page = await operator.see("learning")
        assert "<h2>Runs</h2>" in page
        assert 'class="empty"' in page


@pytest.fixture
async def after_nights(served: Served) -> AsyncIterator[Served]:
    """Gives the gateway over a learning service that has had thirty nights."""
    async with nights() as address:
        calls = ServiceCalls(replace(served.settings.addresses, neural=address), timedelta(seconds=10))
        yield replace(served, calls=calls)
        await calls.close()


async def test_runs_are_listed_with_their_reports(after_nights: Served) -> None:
    async with visiting(after_nights, "operator", "") as operator:
        page = await operator.see("learning")
        assert "drifting-28" in page  # of the newest run that has a report
        assert "the disk is full" in page
        assert "rebuild: 4\u202f000 of 5\u202f000 units read" in page
        assert '<progress max="5000" value="4000"' in page
        assert "drifting-20" in await operator.see("learning?run=run-020")
        rows = list(csv.DictReader(io.StringIO(await operator.see("learning?run=run-020&csv=changes"))))
        assert next(float(row["Change"]) for row in rows if row["Change"]) == pytest.approx(0.21)
        assert "run-008" not in page
        second = await operator.see("learning?page=10&run=run-008")
        assert "drifting-8" in second
        assert "has no report" in await operator.see("learning?run=run-008")


async def test_admins_see_estimates_and_no_runs(after_nights: Served) -> None:
    async with visiting(after_nights) as admin:
        page = await admin.see("learning?strategy=greedy")
        assert "<h2>Runs</h2>" not in page
        assert "No verdict." not in page
        assert 'data-chart="estimates"' in page
        rows = list(csv.DictReader(io.StringIO(await admin.see("learning?strategy=greedy&csv=estimates"))))
        assert [(row["Estimator"], float(row["Low 95 %"])) for row in rows][-1] == ("doubly robust", 0.58)


async def test_changes_are_told_to_open_pages(served: Served) -> None:
    brief = ConsoleSettings(stream_life=timedelta(seconds=0.5), stream_interval=timedelta(seconds=0.05))
    settings = replace(settings_of(served), console=brief)
    async with visiting(served, "expert", settings=settings) as expert:
        answer = await expert.client.get("/console/live/learning")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.text.startswith("event: status\ndata: ")
        assert answer.text.count("event: status") == 1
        assert "units that are not learned yet" in answer.text


async def test_too_little_data_is_said(served: Served) -> None:
    async with visiting(served) as admin, visiting(served, "expert") as expert:
        page = await admin.see("learning?strategy=greedy")
        assert "No verdict." in page
        assert "decisions with feedback" in page
        page = await admin.see("learning?strategy=greedy&from=2026-02-02&to=2026-02-01")
        assert 'role="alert"' in page
        assert 'value="2026-02-02"' in page
        page = await admin.see("learning?strategy=greedy&from=yesterday")
        assert "must be a day" in page
        assert "No verdict." not in await expert.see("learning?strategy=greedy")


def test_estimates_are_shown_with_their_intervals() -> None:
    answer = pb.EvaluatePolicyResponse(
        estimates=[pb.PolicyEstimate(estimator="dr", value=0.6, lower=0.5, upper=0.75)], enough_data=True
    )
    figure = estimates(answer)
    assert figure.rows == [("doubly robust", 0.6, 0.5, 0.75)]
    assert figure.option is not None
    assert figure.option["series"][0]["data"] == [[0.5, 0.5, 0.6, 0.75, 0.75]]


def test_reports_name_what_is_new_and_what_is_gone() -> None:
    report = pb.RunBatchLearningResponse()
    moved, born, gone = report.largest_changes.add(), report.largest_changes.add(), report.largest_changes.add()
    moved.before.model = moved.after.model = "m"
    moved.before.score, moved.after.score = 0.5, 0.75
    born.after.model, born.after.score = "n", 0.25
    gone.before.model, gone.before.score = "o", 0.4
    report.drifts.add(model="m", score_before=0.8, score_after=0.6, standard_errors=-4.2)
    report.priors.add(level="task", strength=7.5, cells=12)
    changes, drifts, priors = report_figures(report)
    assert [row[-3:] for row in changes.rows] == [(0.5, 0.75, 0.25), (None, 0.25, None), (0.4, None, None)]
    assert drifts.rows[0][4:] == (0.8, 0, 0.6, 0, -4.2)
    assert priors.rows == [("all", "task", 7.5, 12)]
