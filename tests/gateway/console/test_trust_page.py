"""Trust in the console: who is believed how far, and fixing it by hand."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.gateway.console.visiting import visiting
from tests.gateway.serving import Served

_RATERS = """
INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust, outlier, outlier_reason)
SELECT 'acme', format('rater-%s', lpad(n::text, 2, '0')), CASE WHEN n < 3 THEN 0.1 ELSE 0.5 + n / 100.0 END, n < 3,
  CASE WHEN n < 3 THEN 'Votes against everybody.' ELSE '' END
FROM generate_series(0, 29) AS n
"""


async def raters(served: Served) -> None:
    """Stores thirty raters, of whom three are outliers."""
    await served.learning.connection.execute(_RATERS)


def shown(page: str) -> list[str]:
    """Returns the raters of a page's table."""
    return re.findall(r"<td>(rater-\d\d)", page)


async def test_raters_page_by_page_and_outliers_alone(served: Served) -> None:
    await raters(served)
    async with visiting(served) as admin:
        first = await admin.see("trust")
        assert shown(first)[:3] == ["rater-00", "rater-01", "rater-02"]
        found = re.search(r'href="\?([^"]*page=[^"]+)"', first)
        assert found
        second = await admin.see("trust?" + found[1].replace("&amp;", "&"))
        assert sorted(shown(first) + shown(second)) == [f"rater-{number:02}" for number in range(30)]
        outliers = await admin.see("trust?outliers=1")
        assert shown(outliers) == ["rater-00", "rater-01", "rater-02"]
        assert outliers.count("Votes against everybody.") == 3


async def test_the_distribution_counts_every_rater(served: Served) -> None:
    await raters(served)
    async with visiting(served) as admin:
        rows = list(csv.DictReader(io.StringIO(await admin.see("trust?csv=distribution"))))
        counts = {row["Trust"]: (int(row["Computed"]), int(row["Outliers"])) for row in rows}
        assert counts["0.1–0.2"] == (0, 3)
        assert counts["0.5–0.6"] == (7, 0)
        assert sum(sum(each) for each in counts.values()) == 30
        assert 'data-chart="distribution"' in await admin.see("trust")


async def test_a_pin_shows_and_can_be_cleared(served: Served) -> None:
    await raters(served)
    async with visiting(served) as admin:
        form = await admin.form("trust?rater=rater-10", "Pin")
        assert form.fields["user_id"] == "rater-10"
        typed = {"trust": "0.25", "reason": "a known spammer"}
        for _ in range(2):
            assert (await admin.post(form, typed)).status_code == 303
        page = await admin.see("trust")
        assert "pinned at 0.25" in page
        assert "a known spammer" in page
        assert page.count(">pinned</span>") == 1
        pinned = [
            row for row in csv.DictReader(io.StringIO(await admin.see("trust?csv=raters"))) if row["Pinned"] == "yes"
        ]
        assert [(row["Rater"], float(row["Trust"])) for row in pinned] == [("rater-10", 0.25)]
        clear = await admin.form("trust", "Compute anew")
        assert clear.fields["user_id"] == "rater-10"
        assert (await admin.post(clear)).status_code == 303
        assert ">pinned</span>" not in await admin.see("trust")


async def test_a_refused_pin_keeps_what_was_typed(served: Served) -> None:
    await raters(served)
    async with visiting(served) as admin:
        form = await admin.form("trust", "Pin")
        for trust, reason in (("0.05", "too low"), ("much", "no number"), ("0.5", "")):
            answer = await admin.post(form, {"user_id": "rater-11", "trust": trust, "reason": reason})
            assert answer.status_code == 400
            assert 'value="rater-11"' in answer.text
            assert f'value="{reason}"' in answer.text
            assert 'role="alert"' in answer.text
        assert ">pinned</span>" not in await admin.see("trust")


async def test_experts_and_forms_from_elsewhere_are_refused(served: Served) -> None:
    await raters(served)
    typed = {"user_id": "rater-12", "trust": "0.2", "reason": "why not"}
    async with visiting(served) as admin, visiting(served, "expert") as expert:
        form = await admin.form("trust", "Pin")
        assert "rater-" not in await expert.see("trust", 403)
        key = (await expert.form("models", "/console/signout")).fields["form_key"]
        for do in ("pin", "clear"):
            assert (await expert.post(form, typed | {"do": do, "form_key": key})).status_code == 403
        for wrong in ("", "0" * 64, key):
            assert (await admin.post(form, typed | {"form_key": wrong})).status_code == 403
        assert ">pinned</span>" not in await admin.see("trust")


@pytest.mark.parametrize("tenant", ["", "acme"])
async def test_other_tenants_see_and_pin_their_own(served: Served, tenant: str) -> None:
    await raters(served)
    async with visiting(served, tenant="globex") as stranger, visiting(served) as admin:
        assert "Nobody has rated yet." in await stranger.see(f"trust?tenant={tenant}")
        await stranger.send("trust", "Pin", {"user_id": "rater-13", "trust": "0.2", "reason": "x", "tenant": tenant})
        assert shown(await stranger.see("trust")) == ["rater-13"]
        assert ">pinned</span>" not in await admin.see("trust")


async def test_operators_look_at_the_tenant_that_they_name(served: Served) -> None:
    await raters(served)
    async with visiting(served, "operator", "") as operator:
        assert "name the one to look at" in await operator.see("trust")
        typed = {"user_id": "rater-14", "trust": "0.2", "reason": "x"}
        assert await operator.send("trust?tenant=acme", "Pin", typed) == "trust?tenant=acme"
        assert ">pinned</span>" in await operator.see("trust?tenant=acme")
