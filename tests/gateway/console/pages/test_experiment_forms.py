"""Tests of the forms of experiments: invalid drafts, repeated and concurrent submissions."""

from __future__ import annotations

import re

import pytest

from tests.gateway.fixtures.console.client import console_client
from tests.gateway.fixtures.console.experiments import (
    DISPLAY_NAME,
    DRAFT_FIELDS,
    DRAFT_FORM,
    DRAFT_PAGE,
    start_experiment,
)
from tests.gateway.fixtures.gateway import Served


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"variants[1].models": ""}, "variants[1].config.model"),
        ({"variants[1].config": "{"}, "must be JSON"),
        ({"traffic_percentage": "much"}, "traffic_percentage"),
        ({"users_min": "nan"}, "users_min"),
        ({"hours_min": "1e99"}, "hours_min"),
        ({"display_name": "x" * 201}, "display_name"),
    ],
)
async def test_rejected_draft_names_field_and_keeps_values(
    served: Served, changes: dict[str, str], expected: str
) -> None:
    async with console_client(served) as admin:
        form = await admin.form(DRAFT_PAGE, DRAFT_FORM)
        response = await admin.post(form, DRAFT_FIELDS | changes)
        assert response.status_code == 400, response.text
        assert expected in response.text
        assert "pleases more." in response.text
        assert 'value="small"' in response.text
        assert "No experiments." in await admin.get("experiments")


async def test_add_row_keeps_values_and_creates_no_draft(served: Served) -> None:
    async with console_client(served) as admin:
        form = await admin.form(DRAFT_PAGE, DRAFT_FORM)
        response = await admin.post(form, DRAFT_FIELDS | {"add_row": "variants"})
        assert response.status_code == 200
        assert 'name="variants[2].name"' in response.text
        assert f'value="{DISPLAY_NAME}"' in response.text
        assert "No experiments." in await admin.get("experiments")


async def test_form_submitted_twice_takes_effect_once(served: Served) -> None:
    async with console_client(served) as admin:
        create = await admin.form(DRAFT_PAGE, DRAFT_FORM)
        first, second = await admin.post(create, DRAFT_FIELDS), await admin.post(create, DRAFT_FIELDS)
        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"]
        page = first.headers["location"].removeprefix("/console/")
        start = await admin.form(page, "Start")
        assert [(await admin.post(start)).status_code for _ in range(2)] == [303, 303]
        assert len(re.findall(DISPLAY_NAME, await admin.get("experiments"))) == 1


async def test_transition_after_concurrent_change_is_conflict_with_current_state(served: Served) -> None:
    async with console_client(served) as admin, console_client(served) as colleague:
        page = await start_experiment(admin)
        complete = await admin.form(page, "Complete")
        await colleague.submit(page, "Pause")
        response = await admin.post(complete, {"reason": "we know enough"})
        assert response.status_code == 409
        assert "ETAG_MISMATCH" in response.text
        assert 'value="we know enough"' in response.text
        assert ">paused</span>" in response.text
        etags = re.findall(r'name="etag" value="(\d+)"', response.text)
        assert etags
        assert complete.fields["etag"] not in etags
