"""Tests of the chart of the confidence sequence over time."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.console.charts.experiment_results import CHART_POINTS_MAX
from tests.gateway.fixtures.console.client import console_client
from tests.gateway.fixtures.console.experiments import add_outcomes, start_experiment
from tests.gateway.fixtures.gateway import Served

AFTER_SECOND_RESULT = "after the second interim result"


def _chart_option(page: str) -> dict[str, Any]:
    found = re.search(r'data-option="course-0">(.*?)</script>', page)
    assert found
    option: dict[str, Any] = json.loads(found[1])
    return option


async def test_confidence_sequence_is_charted_from_second_interim_result(served: Served) -> None:
    connection = served.learning.connection
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        await add_outcomes(served, page)
        text = await admin.get(page)
        assert AFTER_SECOND_RESULT in text
        assert "course-0" not in text
        await connection.execute("UPDATE experiments.looks SET taken_at = taken_at - interval '2 hours'")
        await add_outcomes(served, page, treatment_users=200)
        text = await admin.get(page)
        assert AFTER_SECOND_RESULT not in text
        assert 'data-chart="effect-0"' in text
        option = _chart_option(text)
        assert option["xAxis"]["type"] == "time"
        assert [line["encode"]["y"] for line in option["series"]] == [1, 2, 3]
        assert all(low < difference < high for _, difference, low, high in option["series"][0]["data"])
        assert option["series"][0]["markLine"]["data"][0]["yAxis"] == 0
        assert (await admin.get(f"{page}?csv=course-0")).startswith("Time (UTC),Variant,")
        rows = await admin.csv(f"{page}?csv=course-0")
        assert [row["Variant"] for row in rows] == ["treatment", "treatment"]
        assert [(row["Control users"], row["Treatment users"]) for row in rows] == [("300", "300"), ("600", "500")]
        first, second = (datetime.fromisoformat(row["Time (UTC)"]) for row in rows)
        assert second - first > timedelta(hours=2)
        assert float(rows[0]["Difference"]) == pytest.approx(0.4)
        lower, upper = (float(rows[0][f"Confidence sequence {bound}"]) for bound in ("lower", "upper"))
        assert lower < 0.4 < upper


async def test_long_history_is_thinned_in_chart_and_complete_in_csv(served: Served) -> None:
    connection = served.learning.connection
    async with console_client(served) as admin:
        page = await start_experiment(admin)
        await add_outcomes(served, page)
        await admin.get(page)
        await connection.execute(
            "INSERT INTO experiments.looks (tenant_id, experiment_id, taken_at, comparisons)"
            " SELECT tenant_id, experiment_id, taken_at - n * interval '10 minutes', comparisons"
            " FROM experiments.looks, generate_series(1, 999) AS n"
        )
        points = _chart_option(await admin.get(page))["series"][0]["data"]
        rows = await admin.csv(f"{page}?csv=course-0")
        assert len(rows) == 1000
        assert 200 <= len(points) <= CHART_POINTS_MAX
        last = datetime.fromisoformat(rows[-1]["Time (UTC)"]).timestamp()
        assert points[-1][0] // 1000 == int(last)
