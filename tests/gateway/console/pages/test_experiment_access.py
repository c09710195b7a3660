"""Tests of access to experiments: roles, CSRF tokens, tenants, operators."""

from __future__ import annotations

import re
import uuid

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

ACTIONS = ("start", "pause", "resume", "complete", "cancel", "rollout", "approve", "roll_back")


async def test_expert_reads_experiment_and_cannot_change_it(served: Served) -> None:
    async with console_client(served) as admin, console_client(served, "expert") as expert:
        page = await start_experiment(admin)
        form = await admin.form(page, "Pause")
        token = await expert.csrf_token()
        text = await expert.get(page)
        assert DISPLAY_NAME in text
        assert 'method="post" action="?' not in text
        assert "New experiment" not in await expert.get("experiments")
        await expert.get(DRAFT_PAGE, 403)
        for action in ACTIONS:
            assert (await expert.post(form, {"action": action, "csrf_token": token})).status_code == 403
        create = await admin.form(DRAFT_PAGE, DRAFT_FORM)
        assert (await expert.post(create, DRAFT_FIELDS | {"csrf_token": token})).status_code == 403
        assert ">running</span>" in await admin.get(page)


@pytest.mark.parametrize("token", ["", "0" * 64, None])
async def test_form_with_wrong_csrf_token_is_forbidden(served: Served, token: str | None) -> None:
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        pause = await admin.form(page, "Pause")
        create = await admin.form(DRAFT_PAGE, DRAFT_FORM)
        for form in (pause, create):
            own_token = form.fields.pop("csrf_token")
            assert own_token != token
            if token is not None:
                form.fields["csrf_token"] = token
        assert (await admin.post(pause)).status_code == 403
        assert (await admin.post(create, DRAFT_FIELDS)).status_code == 403
        assert ">running</span>" in await admin.get(page)
        assert len(re.findall(DISPLAY_NAME, await admin.get("experiments"))) == 1


async def test_admin_of_another_tenant_cannot_see_or_change_experiment(served: Served) -> None:
    async with console_client(served) as admin, console_client(served, tenant="globex") as stranger:
        page = await start_experiment(admin)
        form = await admin.form(page, "Pause")
        token = await stranger.csrf_token()
        assert DISPLAY_NAME not in await stranger.get("experiments")
        assert DISPLAY_NAME not in await stranger.get(page, 404)
        for changes in ({}, {"tenant": "acme"}, {"all_tenants": "1"}):
            fields = {"csrf_token": token, "request_id": str(uuid.uuid4()), **changes}
            assert (await stranger.post(form, fields)).status_code == 404
        assert ">running</span>" in await admin.get(page)


async def test_operator_changes_experiments_of_selected_tenant_and_of_all_tenants(served: Served) -> None:
    async with console_client(served, "operator", "") as operator, console_client(served) as admin:
        assert "<h1>Select a tenant</h1>" in await operator.get(DRAFT_PAGE)
        draft_page = f"{DRAFT_PAGE}?tenant=acme"
        page = await operator.submit(draft_page, DRAFT_FORM, DRAFT_FIELDS)
        assert page.endswith("?tenant=acme")
        assert await operator.submit(page, "Start") == page
        assert ">running</span>" in await admin.get(page)
        shared_page = await operator.submit(draft_page, DRAFT_FORM, DRAFT_FIELDS | {"all_tenants": "1"})
        assert await operator.submit(shared_page, "Start") == shared_page
        assert ">running</span>" in await operator.get(shared_page)
        text = await admin.get(shared_page.partition("?")[0])
        assert ">all tenants</span>" in text
        assert 'aria-label="Pause"' not in text
