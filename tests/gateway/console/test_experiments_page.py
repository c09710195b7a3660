"""Experiments in the console: a whole life by forms, and who may do what."""

from __future__ import annotations

import csv
import io
import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from kit.ids import new_id
from tests.experiments.service.world import World
from tests.gateway.console.visiting import Visitor, settings_of, visiting
from tests.gateway.serving import Served

NEW = "New experiment"
FILLED = {
    "display_name": "Large or small",
    "hypothesis": "The large one\npleases more.",
    "variants[0].models": "small",
    "variants[1].models": "large",
    "users_min": "20",
    "hours_min": "0",
}


async def made(admin: Visitor, changes: dict[str, str] | None = None) -> str:
    """Makes a draft and returns its page."""
    return await admin.send("experiments/new", NEW, FILLED | (changes or {}))


async def started(admin: Visitor) -> str:
    """Starts a draft and returns its page."""
    page = await made(admin)
    assert await admin.send(page, "Start", {"reason": "it is time"}) == page
    return page


async def judged(served: Served, page: str, treatment: int = 300) -> None:
    """Lets users judge both variants: half of the control's are pleased, nine of ten of the treatment's."""
    world, experiment = World(served.learning.connection), page.removeprefix("experiments/")
    await world.judged(experiment, "control", 300, 150)
    await world.judged(experiment, "treatment", treatment, treatment * 9 // 10)


async def test_whole_life(served: Served) -> None:
    async with visiting(served) as admin:
        page = await made(admin)
        text = await admin.see(page)
        assert "Large or small" in text
        assert "The large one pleases more." in text
        assert "Nothing is measured yet." in text
        assert await admin.send(page, "Start") == page
        assert "The experiment runs." in await admin.see(page)
        for form, state in (("Pause", "paused"), ("Resume", "running")):
            await admin.send(page, form, {"reason": "for a look"})
            assert f">{state}</span>" in await admin.see(page)
        await judged(served, page)
        text = await admin.see(page)
        assert "“treatment” wins" in text
        assert "as planned" in text
        await admin.send(page, "Complete", {"reason": "enough"})
        text = await admin.see(page)
        assert ">completed</span>" in text
        assert 'aria-label="Pause"' not in text
        assert 'aria-label="Cancel the experiment"' not in text
        audit = await served.learning.connection.fetch("SELECT action, reason FROM ingest.audit_log ORDER BY sequence")
        assert ("experiment.complete", "enough") in [(row["action"], row["reason"]) for row in audit]


async def test_cancelled_drafts_end(served: Served) -> None:
    async with visiting(served) as admin:
        page = await made(admin)
        await admin.send(page, "Cancel the experiment", {"reason": "a bad idea"})
        assert ">cancelled</span>" in await admin.see(page)
        assert "Large or small" in await admin.see("experiments?state=cancelled")
        assert "Large or small" not in await admin.see("experiments?state=running")


async def test_effects_are_a_chart_a_table_and_a_file(served: Served) -> None:
    async with visiting(served) as admin:
        page = await started(admin)
        await judged(served, page)
        text = await admin.see(page)
        assert 'data-chart="effect-0"' in text
        rows = list(csv.DictReader(io.StringIO(await admin.see(f"{page}?csv=effects"))))
        rate = next(row for row in rows if row["Metric"] == "positive_rate")
        assert float(rate["Difference"]) == pytest.approx(0.4)
        assert float(rate["Sequence low"]) < float(rate["Low"]) < 0.4 < float(rate["High"])
        assert float(rate["High"]) < float(rate["Sequence high"])
        assert rate["Sequence excludes 0"] == "yes"


async def test_a_mismatch_of_arrivals_raises_an_alarm(served: Served) -> None:
    async with visiting(served) as admin:
        page = await started(admin)
        await judged(served, page, treatment=100)
        text = await admin.see(page)
        assert "No verdict: sample ratio mismatch in epoch 1." in text
        assert 'class="alarm"' in text


async def test_without_results_it_can_still_be_stopped(served: Served) -> None:
    settings = settings_of(served)
    hasty = replace(settings, limits=replace(settings.limits, call_timeout=timedelta(seconds=1)))
    connection = served.learning.connection
    async with visiting(served, settings=hasty) as admin:
        page = await started(admin)
        async with connection.transaction():
            await connection.execute("LOCK TABLE experiments.exposures IN ACCESS EXCLUSIVE MODE")
            assert "The results cannot be computed right now." in await admin.see(page)
            await admin.send(page, "Pause")
        assert ">paused</span>" in await admin.see(page)


async def test_rollout_by_forms(served: Served) -> None:
    async with visiting(served) as admin:
        page = await made(admin, {"traffic_percentage": "0.05"})
        await admin.send(page, "Start")
        plan = {"steps": "10 50 100", "hours": "1"}
        await admin.send(page, "Start a rollout", plan)
        text = await admin.see(page)
        assert ">advanced</span>" in text
        assert 'data-sure="Roll back at once?' in text
        assert 'aria-label="Start a rollout"' not in text
        await admin.send(page, "Roll back", {"reason": "it hurts"})
        text = await admin.see(page)
        assert "rolled back" in text
        assert "it hurts" in text
        assert 'aria-label="Roll back"' not in text
        rows = list(csv.DictReader(io.StringIO(await admin.see(f"{page}?csv=rollout"))))
        assert [float(row["In treatment, %"]) for row in rows][-1] == 0


async def test_a_waiting_step_is_approved(served: Served) -> None:
    async with visiting(served) as admin:
        page = await made(admin, {"traffic_percentage": "0.05"})
        await admin.send(page, "Start")
        await admin.send(page, "Start a rollout", {"needs_approval": "yes"})
        assert "the step to 10 % needs approval" in await admin.see(page)
        await admin.send(page, "Approve", {"reason": "looks good"})
        text = await admin.see(page)
        assert "looks good" in text
        assert ">approved</span>" in text


async def test_experts_look_and_change_nothing(served: Served) -> None:
    async with visiting(served) as admin, visiting(served, "expert") as expert:
        page = await started(admin)
        form = await admin.form(page, "Pause")
        key = (await expert.form("models", "/console/signout")).fields["form_key"]
        text = await expert.see(page)
        assert "Large or small" in text
        assert 'method="post" action="?' not in text
        assert "New experiment" not in await expert.see("experiments")
        await expert.see("experiments/new", 403)
        for do in ("start", "pause", "resume", "complete", "cancel", "rollout", "approve", "roll_back"):
            refused = await expert.post(form, {"do": do, "form_key": key})
            assert refused.status_code == 403
        create = await admin.form("experiments/new", NEW)
        assert (await expert.post(create, FILLED | {"form_key": key})).status_code == 403
        assert ">running</span>" in await admin.see(page)


@pytest.mark.parametrize("key", ["", "0" * 64, None])
async def test_forms_from_elsewhere_are_refused(served: Served, key: str | None) -> None:
    async with visiting(served) as admin:
        page = await started(admin)
        form = await admin.form(page, "Pause")
        create = await admin.form("experiments/new", NEW)
        for each in (form, create):
            own = each.fields.pop("form_key")
            assert own != key
            if key is not None:
                each.fields["form_key"] = key
        assert (await admin.post(form)).status_code == 403
        assert (await admin.post(create, FILLED)).status_code == 403
        assert ">running</span>" in await admin.see(page)
        assert len(re.findall("Large or small", await admin.see("experiments"))) == 1


async def test_other_tenants_see_and_change_nothing(served: Served) -> None:
    async with visiting(served) as admin, visiting(served, tenant="globex") as stranger:
        page = await started(admin)
        form = await admin.form(page, "Pause")
        key = (await stranger.form("experiments/new", NEW)).fields["form_key"]
        assert "Large or small" not in await stranger.see("experiments")
        assert "Large or small" not in await stranger.see(page, 404)
        for changes in ({}, {"tenant": "acme"}, {"everybody": "1"}):
            answer = await stranger.post(form, {"form_key": key, "request_id": str(uuid.uuid4()), **changes})
            assert answer.status_code == 404
        assert ">running</span>" in await admin.see(page)


async def test_sending_twice_counts_once(served: Served) -> None:
    async with visiting(served) as admin:
        create = await admin.form("experiments/new", NEW)
        first, second = await admin.post(create, FILLED), await admin.post(create, FILLED)
        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"]
        page = first.headers["location"].removeprefix("/console/")
        start = await admin.form(page, "Start")
        assert [(await admin.post(start)).status_code for _ in range(2)] == [303, 303]
        assert len(re.findall("Large or small", await admin.see("experiments"))) == 1


async def test_a_change_in_between_is_told_and_keeps_what_was_typed(served: Served) -> None:
    async with visiting(served) as admin, visiting(served) as colleague:
        page = await started(admin)
        pause = await admin.form(page, "Complete")
        await colleague.send(page, "Pause")
        answer = await admin.post(pause, {"reason": "we know enough"})
        assert answer.status_code == 409
        assert "The experiment has changed since it was read." in answer.text
        assert 'value="we know enough"' in answer.text
        assert ">paused</span>" in answer.text
        retried = re.findall(r'name="etag" value="(\d+)"', answer.text)
        assert pause.fields["etag"] not in retried


async def test_a_refused_draft_keeps_what_was_typed(served: Served) -> None:
    async with visiting(served) as admin:
        form = await admin.form("experiments/new", NEW)
        for wrong, said in (
            ({"variants[1].models": ""}, "variants[1].config.model"),
            ({"variants[1].config": "{"}, "must be JSON"),
            ({"traffic_percentage": "much"}, "traffic_percentage"),
            ({"users_min": "nan"}, "users_min"),
            ({"hours_min": "1e99"}, "hours_min"),
            ({"display_name": "x" * 201}, "display_name"),
        ):
            answer = await admin.post(form, FILLED | wrong)
            assert answer.status_code == 400, answer.text
            assert said in answer.text
            assert "pleases more." in answer.text
            assert 'value="small"' in answer.text
        answer = await admin.post(form, FILLED | {"more": "variants"})
        assert answer.status_code == 200
        assert 'name="variants[2].name"' in answer.text
        assert 'value="Large or small"' in answer.text
        assert "No experiment here" in await admin.see("experiments")


async def test_operators_name_the_tenant_and_reach_experiments_over_all(served: Served) -> None:
    async with visiting(served, "operator", "") as operator, visiting(served) as admin:
        assert "name the one to look at" in await operator.see("experiments/new")
        page = await operator.send("experiments/new?tenant=acme", NEW, FILLED)
        assert page.endswith("?tenant=acme")
        assert await operator.send(page, "Start") == page
        assert ">running</span>" in await admin.see(page)
        everybody = await operator.send("experiments/new?tenant=acme", NEW, FILLED | {"all_tenants": "1"})
        assert await operator.send(everybody, "Start") == everybody
        assert ">running</span>" in await operator.see(everybody)
        text = await admin.see(everybody.partition("?")[0])
        assert "all tenants" in text
        assert 'aria-label="Pause"' not in text


async def test_lists_page_by_page(served: Served) -> None:
    async with visiting(served) as admin:
        form = await admin.form("experiments/new", NEW)
        for number in range(26):
            changes = {"display_name": f"Idea {number:02}", "request_id": new_id()}
            assert (await admin.post(form, FILLED | changes)).status_code == 303
        first = await admin.see("experiments?state=draft")
        found = re.search(r'href="\?([^"]*page=[^"]+)"', first)
        assert found
        second = await admin.see("experiments?" + found[1].replace("&amp;", "&"))
        assert "Idea 25" in first
        assert "Idea 00" not in first
        assert "Idea 00" in second
        assert "Idea 25" not in second


async def test_plans(served: Served) -> None:
    async with visiting(served, "expert") as expert:
        query = "baseline_rate=0.5&effect=0.05&users_per_day=500"
        text = await expert.see(f"experiments/plan?{query}")
        found = re.search(r"<dt>Users in each variant</dt><dd>([\d\u202f]+)</dd>", text)
        assert found
        rows = list(csv.DictReader(io.StringIO(await expert.see(f"experiments/plan?{query}&csv=size"))))
        users = {float(row["Difference"]): int(row["Users per variant"]) for row in rows}
        assert users[0.05] == int(found[1].replace("\u202f", ""))
        assert users[0.025] > 3.5 * users[0.05]
        refused = await expert.see("experiments/plan?baseline_rate=0.5&effect=0.7", 400)
        assert 'value="0.7"' in refused
        assert 'role="alert"' in refused
