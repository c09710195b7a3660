"""Tests of the trust page: list of raters, distribution, pins, access."""

from __future__ import annotations

import re

import pytest

from tests.gateway.fixtures.console.client import console_client
from tests.gateway.fixtures.gateway import Served

PIN_FORM, REMOVE_FORM = "Pin trust score", "Remove pin"
PINNED_TAG = ">pinned</span>"
_INSERT_RATERS = """
INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust, outlier, outlier_reason)
SELECT 'acme', format('rater-%s', lpad(n::text, 2, '0')), CASE WHEN n < 3 THEN 0.1 ELSE 0.5 + n / 100.0 END, n < 3,
  CASE WHEN n < 3 THEN 'Disagrees with all others.' ELSE '' END
FROM generate_series(0, 29) AS n
"""


@pytest.fixture
async def rated(served: Served) -> Served:
    """Gives the gateway with thirty raters of the tenant acme, of whom three are outliers."""
    await served.learning.connection.execute(_INSERT_RATERS)
    return served


def _listed_raters(page: str) -> list[str]:
    return re.findall(r"<td>(rater-\d\d)", page)


async def test_rater_list_has_pages_and_outlier_filter(rated: Served) -> None:
    async with console_client(rated) as admin:
        first = await admin.get("trust")
        assert _listed_raters(first)[:3] == ["rater-00", "rater-01", "rater-02"]
        found = re.search(r'href="\?([^"]*page=[^"]+)"', first)
        assert found
        second = await admin.get("trust?" + found[1].replace("&amp;", "&"))
        assert sorted(_listed_raters(first) + _listed_raters(second)) == [f"rater-{number:02}" for number in range(30)]
        outliers = await admin.get("trust?outliers=1")
        assert _listed_raters(outliers) == ["rater-00", "rater-01", "rater-02"]
        assert outliers.count("Disagrees with all others.") == 3


async def test_distribution_counts_all_raters(rated: Served) -> None:
    async with console_client(rated) as admin:
        rows = await admin.csv("trust?csv=distribution")
        counts = {row["Trust"]: (int(row["Computed"]), int(row["Outliers"])) for row in rows}
        assert counts["0.1–0.2"] == (0, 3)
        assert counts["0.5–0.6"] == (7, 0)
        assert sum(sum(each) for each in counts.values()) == 30
        assert 'data-chart="distribution"' in await admin.get("trust")


async def test_pin_is_shown_and_can_be_removed(rated: Served) -> None:
    async with console_client(rated) as admin:
        form = await admin.form("trust?rater=rater-10", PIN_FORM)
        assert form.fields["user_id"] == "rater-10"
        for _ in range(2):
            response = await admin.post(form, {"trust": "0.25", "reason": "a known spammer"})
            assert response.status_code == 303
        page = await admin.get("trust")
        assert "pinned at 0.25" in page
        assert "a known spammer" in page
        assert page.count(PINNED_TAG) == 1
        pinned = [row for row in await admin.csv("trust?csv=raters") if row["Pinned"] == "yes"]
        assert [(row["Rater"], float(row["Trust"])) for row in pinned] == [("rater-10", 0.25)]
        removal = await admin.form("trust", REMOVE_FORM)
        assert removal.fields["user_id"] == "rater-10"
        assert (await admin.post(removal)).status_code == 303
        assert PINNED_TAG not in await admin.get("trust")


@pytest.mark.parametrize(("trust", "reason"), [("0.05", "too low"), ("much", "no number"), ("0.5", "")])
async def test_rejected_pin_keeps_submitted_values(rated: Served, trust: str, reason: str) -> None:
    async with console_client(rated) as admin:
        form = await admin.form("trust", PIN_FORM)
        response = await admin.post(form, {"user_id": "rater-11", "trust": trust, "reason": reason})
        assert response.status_code == 400
        assert 'value="rater-11"' in response.text
        assert f'value="{reason}"' in response.text
        assert 'role="alert"' in response.text
        assert PINNED_TAG not in await admin.get("trust")


async def test_pin_by_expert_or_with_wrong_csrf_token_is_forbidden(rated: Served) -> None:
    fields = {"user_id": "rater-12", "trust": "0.2", "reason": "why not"}
    async with console_client(rated) as admin, console_client(rated, "expert") as expert:
        form = await admin.form("trust", PIN_FORM)
        assert "rater-" not in await expert.get("trust", 403)
        token = await expert.csrf_token()
        for action in ("pin", "clear"):
            assert (await expert.post(form, fields | {"action": action, "csrf_token": token})).status_code == 403
        for wrong in ("", "0" * 64, token):
            assert (await admin.post(form, fields | {"csrf_token": wrong})).status_code == 403
        assert PINNED_TAG not in await admin.get("trust")


@pytest.mark.parametrize("tenant", ["", "acme"])
async def test_admin_of_another_tenant_sees_and_pins_only_own_raters(rated: Served, tenant: str) -> None:
    async with console_client(rated, tenant="globex") as stranger, console_client(rated) as admin:
        assert "No raters yet." in await stranger.get(f"trust?tenant={tenant}")
        fields = {"user_id": "rater-13", "trust": "0.2", "reason": "x", "tenant": tenant}
        await stranger.submit("trust", PIN_FORM, fields)
        assert _listed_raters(await stranger.get("trust")) == ["rater-13"]
        assert PINNED_TAG not in await admin.get("trust")


async def test_operator_pins_in_selected_tenant(rated: Served) -> None:
    async with console_client(rated, "operator", "") as operator:
        assert "<h1>Select a tenant</h1>" in await operator.get("trust")
        fields = {"user_id": "rater-14", "trust": "0.2", "reason": "x"}
        assert await operator.submit("trust?tenant=acme", PIN_FORM, fields) == "trust?tenant=acme"
        assert PINNED_TAG in await operator.get("trust?tenant=acme")
