"""Tests of the experiment pages: lifecycle, results, rollout, list and sample size."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from kit.ids import new_id
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.gateway.fixtures.console.client import console_client, development_settings
from tests.gateway.fixtures.console.experiments import (
    DISPLAY_NAME,
    DRAFT_FIELDS,
    DRAFT_FORM,
    DRAFT_PAGE,
    add_outcomes,
    create_draft,
    start_experiment,
)
from tests.gateway.fixtures.gateway import Served


async def test_experiment_from_draft_to_completion_shows_each_state(served: Served) -> None:
    async with console_client(served) as admin:
        page = await create_draft(admin)
        text = await admin.get(page)
        assert DISPLAY_NAME in text
        assert "The large one pleases more." in text
        assert "No results yet." in text
        assert await admin.submit(page, "Start") == page
        assert "The experiment is started." in await admin.get(page)
        for form, state in (("Pause", "paused"), ("Resume", "running")):
            await admin.submit(page, form, {"reason": "to check"})
            assert f">{state}</span>" in await admin.get(page)
        await add_outcomes(served, page)
        text = await admin.get(page)
        assert "Treatment “treatment” wins" in text
        assert "as planned" in text
        await admin.submit(page, "Complete", {"reason": "enough"})
        text = await admin.get(page)
        assert ">completed</span>" in text
        assert 'aria-label="Pause"' not in text
        assert 'aria-label="Cancel experiment"' not in text
        audit = await served.learning.connection.fetch("SELECT action, reason FROM ingest.audit_log ORDER BY sequence")
        assert ("experiment.complete", "enough") in [(row["action"], row["reason"]) for row in audit]


async def test_cancelled_draft_is_listed_as_cancelled(served: Served) -> None:
    async with console_client(served) as admin:
        page = await create_draft(admin)
        await admin.submit(page, "Cancel experiment", {"reason": "a bad idea"})
        assert ">cancelled</span>" in await admin.get(page)
        assert DISPLAY_NAME in await admin.get("experiments?state=cancelled")
        assert DISPLAY_NAME not in await admin.get("experiments?state=running")


async def test_effects_are_shown_as_chart_and_csv(served: Served) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        await add_outcomes(served, page)
        assert 'data-chart="effect-0"' in await admin.get(page)
        rows = await admin.csv(f"{page}?csv=effects")
        rate = next(row for row in rows if row["Metric"] == "positive_rate")
        names = ("Confidence sequence lower", "Fixed-horizon lower", "Fixed-horizon upper", "Confidence sequence upper")
        sequence_lower, lower, upper, sequence_upper = (float(rate[name]) for name in names)
        assert float(rate["Difference"]) == pytest.approx(0.4)
        assert sequence_lower < lower < 0.4 < upper < sequence_upper
        assert rate["Significant"] == "yes"


async def test_metric_without_variance_is_shown_without_unknown_numbers(served: Served) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        await add_outcomes(served, page)
        await served.learning.connection.execute(
            "UPDATE ingest.execution_manifests SET total_latency_ms = 100,"
            " total_cost = CASE variant WHEN 'control' THEN 0.01 ELSE 5e-8 END WHERE experiment_id = $1",
            page.removeprefix("experiments/"),
        )
        text = await admin.get(page)
        assert not re.search(r"\d{100}|e\+\d{3}|inf\b|nan\b", text)
        assert '<td class="n">5e-08</td>' in text
        rows = {row["Metric"]: row for row in await admin.csv(f"{page}?csv=effects")}
        bounds = (
            "Fixed-horizon lower",
            "Fixed-horizon upper",
            "Confidence sequence lower",
            "Confidence sequence upper",
        )
        assert [rows["latency_ms"][name] for name in (*bounds, "Effect size")] == [""] * 5
        lower, upper, *_ = (float(rows["cost"][name]) for name in bounds)
        assert lower < float(rows["cost"]["Difference"]) < upper < 0
        assert float(rows["cost"]["Treatment mean"]) == 5e-8
        assert (rows["cost"]["Significant"], rows["cost"]["Effect size"]) == ("yes", "")


async def test_sample_ratio_mismatch_blocks_verdict(served: Served) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        await add_outcomes(served, page, treatment_users=100)
        text = await admin.get(page)
        assert re.search(r"No verdict: .*sample ratio mismatch.*epoch 1", text)
        assert '<tr class="alarm"><td class="n">1</td>' in text


async def test_experiment_with_unavailable_results_can_be_paused(served: Served) -> None:
    settings = development_settings(served)
    limits = replace(settings.http.limits, call_timeout=timedelta(seconds=1))
    settings = settings.model_copy(update={"http": replace(settings.http, limits=limits)})
    connection = served.learning.connection
    async with console_client(served, settings=settings) as admin:
        page = await start_experiment(admin)
        async with connection.transaction():
            await connection.execute("LOCK TABLE experiments.exposures IN ACCESS EXCLUSIVE MODE")
            assert "The results are temporarily unavailable." in await admin.get(page)
            await admin.submit(page, "Pause")
        assert ">paused</span>" in await admin.get(page)


async def test_ignored_outputs_are_shown_with_their_reason(served: Served) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        recorder = FeedbackRecorder(served.learning.connection)
        for variant in ("control", "treatment"):
            for number in range(4):
                await recorder.output(f"u{number}", page.removeprefix("experiments/"), variant, 1)
        text = await admin.get(page)
        sentences = (
            "Ignored outputs: 4 (users: 4), because they name another variant than the one assigned to their user.",
            "because their user has another output with a variant that is not the assigned one.",
            "Users who saw a variant that the assignment does not give them are not compared.",
        )
        assert [each for each in sentences if each not in text] == []


async def test_rollout_advances_and_is_rolled_back(served: Served) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin, {"traffic_percentage": "0.05"})
        await admin.submit(page, "Start rollout", {"steps": "10 50 100", "hours": "1"})
        text = await admin.get(page)
        assert ">advanced</span>" in text
        assert 'data-confirm="Roll back now?' in text
        assert 'aria-label="Start rollout"' not in text
        await admin.submit(page, "Roll back", {"reason": "latency regression"})
        text = await admin.get(page)
        assert ">rolled back</span>" in text
        assert "latency regression" in text
        assert 'aria-label="Roll back"' not in text
        rows = await admin.csv(f"{page}?csv=rollout")
        assert float(rows[-1]["Users in treatment, %"]) == 0


async def test_rollout_step_waits_for_approval(served: Served) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin, {"traffic_percentage": "0.05"})
        await admin.submit(page, "Start rollout", {"needs_approval": "yes"})
        text = await admin.get(page)
        assert ">waiting for approval</span>" in text
        assert re.search(r"the step to 10 %[^<]*approval", text)
        await admin.submit(page, "Approve step", {"reason": "looks good"})
        text = await admin.get(page)
        assert "looks good" in text
        assert ">approved</span>" in text


async def test_experiment_list_has_pages(served: Served) -> None:
    async with console_client(served) as admin:
        form = await admin.form(DRAFT_PAGE, DRAFT_FORM)
        for number in range(26):
            changes = {"display_name": f"Idea {number:02}", "request_id": new_id()}
            assert (await admin.post(form, DRAFT_FIELDS | changes)).status_code == 303
        first = await admin.get("experiments?state=draft")
        found = re.search(r'href="\?([^"]*page=[^"]+)"', first)
        assert found
        second = await admin.get("experiments?" + found[1].replace("&amp;", "&"))
        assert "Idea 25" in first
        assert "Idea 00" not in first
        assert "Idea 00" in second
        assert "Idea 25" not in second


async def test_sample_size_grows_with_smaller_effect_and_rejects_invalid_effect(served: Served) -> None:
    async with console_client(served, "expert") as expert:
        query = "baseline_rate=0.5&effect=0.05&users_per_day=500"
        text = await expert.get(f"experiments/plan?{query}")
        found = re.search(r"<dt>Users per variant</dt><dd>([\d\u202f]+)</dd>", text)
        assert found
        rows = await expert.csv(f"experiments/plan?{query}&csv=size")
        users = {float(row["Minimum detectable effect"]): int(row["Users per variant"]) for row in rows}
        assert users[0.05] == int(found[1].replace("\u202f", ""))
        assert users[0.025] > 3.5 * users[0.05]
        rejected = await expert.get("experiments/plan?baseline_rate=0.5&effect=0.7", 400)
        assert 'value="0.7"' in rejected
        assert 'role="alert"' in rejected
