"""Worlds of the demonstration: simulated and recorded."""

import gzip
import random
from pathlib import Path

import pytest

from cli.demo.reactions import react
from cli.demo.workload import Outcome, RecordedWorkload, SimulatedWorkload, TableError

HEADER = "prompt_id,task,model,quality,cost_usd,latency_s\n"


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "outcomes.csv.gz"
    with gzip.open(path, "wt") as out:
        out.write(header + "".join(f"{row}\n" for row in rows))
    return path


def test_simulated_world_is_labelled_and_repeatable() -> None:
    workload = SimulatedWorkload(7)
    assert "simulation" in workload.title
    assert list(workload.requests(50)) == list(SimulatedWorkload(7).requests(50))


def test_recorded_world_returns_recorded_outcomes(tmp_path: Path) -> None:
    workload = RecordedWorkload(
        table(tmp_path, "1,Code,a,1,0.5,2", "1,Code,b,0.25,,", "2,chat,a,0,0,0", "2,chat,b,1,0,0"), 1
    )
    seen = list(workload.requests(2))
    assert {request.task for request in seen} == {"code", "chat"}
    (code,) = (request for request in seen if request.task == "code")
    assert (code.outcomes["a"].quality, code.outcomes["a"].latency_ms) == (1.0, 2000.0)
    assert code.outcomes["b"] == Outcome(0.25, None, None)


@pytest.mark.parametrize(
    ("rows", "header", "complaint"),
    [
        ([], HEADER, "no rows"),
        (["1,code,a,1.5,0,0"], HEADER, r"line 2: quality 1.5 is not in \[0, 1\]"),
        (["1,code,a,good,0,0"], HEADER, "line 2"),
        (["1,code,a,1,0,0"], HEADER, "fewer than two models"),
        (["1,a"], "prompt_id,model\n", "missing columns: cost_usd, latency_s, quality, task"),
    ],
)
def test_bad_table_is_refused_with_line_number(tmp_path: Path, rows: list[str], header: str, complaint: str) -> None:
    with pytest.raises(TableError, match=complaint):
        RecordedWorkload(table(tmp_path, *rows, header=header), 1)


def test_better_answers_get_more_positive_votes() -> None:
    chance = random.Random(3)

    def share_up(quality: float) -> float:
        ratings = [react(quality, chance).rating for _ in range(4000)]
        return ratings.count("positive") / (ratings.count("positive") + ratings.count("negative"))

    assert share_up(0.9) > 0.75 > 0.25 > share_up(0.1)
