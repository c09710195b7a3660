"""Tests of the pages of model aliases and of unmatched feedback, and of their REST routes."""

from __future__ import annotations

from tests.gateway.fixtures.console.client import console_client
from tests.gateway.fixtures.gateway import Served, idempotency_key
from tests.gateway.fixtures.problem_documents import status_and_reason
from tests.ingest.fixtures.service import CALLER, manifest, thumb

_UNMATCHED = """
INSERT INTO ingest.unmatched_feedback (tenant_id, output_id) VALUES ('acme', $1) ON CONFLICT DO NOTHING
"""
SET_FORM, DELETE_FORM, MATCH_FORM = "Set alias", "Delete alias", "Match feedback"


async def test_alias_is_set_shown_and_deleted(served: Served) -> None:
    async with console_client(served) as admin:
        form = await admin.form("aliases", SET_FORM)
        response = await admin.post(form, {"alias": "house/<b>", "model": "gpt-4o", "version": "1"})
        assert response.status_code == 303
        page = await admin.get("aliases")
        assert "house/&lt;b&gt;" in page
        assert ">manual</span>" in page
        removal = await admin.form("aliases", DELETE_FORM)
        assert removal.fields["alias"] == "house/<b>"
        assert (await admin.post(removal)).status_code == 303
        assert "No aliases yet." in await admin.get("aliases")


async def test_rejected_alias_keeps_submitted_values(served: Served) -> None:
    async with console_client(served) as admin:
        form = await admin.form("aliases", SET_FORM)
        response = await admin.post(form, {"alias": "house", "model": ""})
        assert response.status_code == 400
        assert 'value="house"' in response.text


async def test_expert_sees_aliases_and_unmatched_feedback_without_forms(served: Served) -> None:
    async with console_client(served, "expert") as expert:
        for path, form in (("aliases", SET_FORM), ("unmatched", MATCH_FORM)):
            assert f'aria-label="{form}"' not in await expert.get(path)


async def test_unmatched_feedback_is_shown_and_matched(served: Served) -> None:
    await served.intake.call("SubmitExplicitFeedback", thumb("lost-1"), CALLER)
    await served.intake.call("RecordManifest", manifest("found-1"), CALLER)
    await served.intake.rows(_UNMATCHED, "lost-1")
    async with console_client(served) as admin:
        assert "lost-1" in await admin.get("unmatched")
        form = await admin.form("unmatched?id=lost-1", MATCH_FORM)
        assert form.fields["feedback_output_id"] == "lost-1"
        assert (await admin.post(form, {"output_id": "none"})).status_code == 404
        assert (await admin.post(form, {"output_id": "found-1"})).status_code == 303
    query = "SELECT output_id FROM ingest.output_aliases WHERE alias = 'lost-1'"
    assert [row[0] for row in await served.intake.rows(query)] == ["found-1"]


async def test_rest_routes_change_and_list_aliases(served: Served) -> None:
    path, headers = "/admin/model-aliases", idempotency_key()
    body = {"alias": "openai/house", "model": "gpt-4o"}
    assert (await served.request("PUT", path, json=body, headers=headers)).status_code == 200
    (listed,) = (await served.request("GET", path)).json()["aliases"]
    assert (listed["alias"], listed["model"], listed["source"]) == ("openai/house", "gpt-4o", "ALIAS_SOURCE_MANUAL")
    deleted = await served.request("DELETE", path, params={"alias": "openai/house"}, headers=idempotency_key())
    assert deleted.status_code == 200
    again = await served.request("DELETE", path, params={"alias": "openai/house"}, headers=idempotency_key())
    assert status_and_reason(again) == (404, "ALIAS_UNKNOWN")


async def test_rest_routes_list_and_match_unmatched_feedback(served: Served) -> None:
    await served.intake.rows(_UNMATCHED, "lost")
    await served.intake.call("RecordManifest", manifest("found"), CALLER)
    path = "/admin/feedback/unmatched"
    answer = (await served.request("GET", path)).json()
    assert [each["outputId"] for each in answer["outputs"]] == ["lost"]
    assert answer["totalOutputs"] == "1"
    body = {"feedbackOutputId": "lost", "outputId": "found"}
    assert (await served.request("POST", path, json=body, headers=idempotency_key())).status_code == 200
