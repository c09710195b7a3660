"""The confidence sequence over time on the page of an experiment."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta

import pytest

from tests.gateway.console.test_experiments_page import judged, started
from tests.gateway.console.visiting import visiting
from tests.gateway.serving import Served


async def test_the_sequence_is_shown_over_time(served: Served) -> None:
    connection = served.learning.connection
    async with visiting(served) as admin:
        page = await started(admin)
        await judged(served, page)
        text = await admin.see(page)
        assert "from the second look on" in text
        assert "course-0" not in text
        await connection.execute("UPDATE experiments.looks SET taken_at = taken_at - interval '2 hours'")
        await judged(served, page, treatment=200)
        text = await admin.see(page)
        assert "from the second look on" not in text
        assert 'data-chart="effect-0"' in text
        found = re.search(r'data-option="course-0">(.*?)</script>', text)
        assert found
        option = json.loads(found[1])
        assert option["xAxis"]["type"] == "time"
        assert [line["encode"]["y"] for line in option["series"]] == [1, 2, 3]
        assert all(low < difference < high for _, difference, low, high in option["series"][0]["data"])
        assert option["series"][0]["markLine"]["data"][0]["yAxis"] == 0
        filed = await admin.see(f"{page}?csv=course-0")
        assert filed.startswith("Time (UTC),Variant,"), filed
        rows = list(csv.DictReader(io.StringIO(filed)))
        assert [row["Variant"] for row in rows] == ["treatment", "treatment"]
        assert [(row["Control users"], row["Users"]) for row in rows] == [("300", "300"), ("600", "500")]
        first, second = (datetime.fromisoformat(row["Time (UTC)"]) for row in rows)
        assert second - first > timedelta(hours=2)
        assert float(rows[0]["Difference"]) == pytest.approx(0.4)
        assert float(rows[0]["Sequence low"]) < 0.4 < float(rows[0]["Sequence high"])


async def test_long_histories_are_drawn_thinner_and_filed_whole(served: Served) -> None:
    connection = served.learning.connection
    async with visiting(served) as admin:
        page = await started(admin)
        await judged(served, page)
        await admin.see(page)
        await connection.execute(
            "INSERT INTO experiments.looks (tenant_id, experiment_id, taken_at, comparisons)"
            " SELECT tenant_id, experiment_id, taken_at - n * interval '10 minutes', comparisons"
            " FROM experiments.looks, generate_series(1, 999) AS n"
        )
        found = re.search(r'data-option="course-0">(.*?)</script>', await admin.see(page))
        assert found
        drawn = json.loads(found[1])["series"][0]["data"]
        rows = list(csv.DictReader(io.StringIO(await admin.see(f"{page}?csv=course-0"))))
        assert len(rows) == 1000
        assert 200 <= len(drawn) <= 300
        last = datetime.fromisoformat(rows[-1]["Time (UTC)"]).timestamp()
        assert drawn[-1][0] // 1000 == int(last)
