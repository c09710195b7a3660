"""Tally of the demonstration: mean quality of followed models and of choices in hindsight."""

import pytest

from cli.demo.quality import QualityStatistics, Turn
from cli.demo.report import percentile
from cli.demo.workload import Outcome, Request


def turn(task: str, followed: str, **qualities: float) -> Turn:
    outcomes = {model: Outcome(quality, 0.0, 0.0) for model, quality in qualities.items()}
    return Turn(Request("acme", "u", task, "general", outcomes), followed)


def test_quality_of_turns_equals_calculation_by_hand() -> None:
    statistics = QualityStatistics(
        [
            turn("chat", "a", a=0.8, b=0.2),
            turn("chat", "b", a=0.4, b=0.6),
            turn("code", "b", a=0.1, b=0.5),
            turn("code", "b", a=0.9, b=0.7),
        ]
    )
    whole = statistics.quality(statistics.turns)
    assert statistics.fixed == "a"
    assert whole.followed == pytest.approx((0.8 + 0.6 + 0.5 + 0.7) / 4)
    assert whole.random == pytest.approx((0.5 + 0.5 + 0.3 + 0.8) / 4)
    assert whole.fixed == pytest.approx((0.8 + 0.4 + 0.1 + 0.9) / 4)
    assert whole.contextual == pytest.approx((0.8 + 0.4 + 0.5 + 0.7) / 4)
    assert whole.oracle == pytest.approx((0.8 + 0.6 + 0.5 + 0.9) / 4)
    assert whole.gap_closed == pytest.approx((0.65 - 0.525) / (0.7 - 0.525))
    assert statistics.means("code", "general") == pytest.approx({"a": 0.5, "b": 0.6})


@pytest.mark.parametrize(("turns", "sizes"), [(11, [2, 2, 2, 2, 3]), (5, [1] * 5), (2, [1, 1]), (1, [1])])
def test_windows_contain_every_turn_once(turns: int, sizes: list[int]) -> None:
    statistics = QualityStatistics([turn("chat", "a", a=0.5, b=0.5)] * turns)
    windows = statistics.windows()
    assert [window.turns for window in windows] == sizes
    assert {window.gap_closed for window in windows} == {0.0}


def test_tally_without_turns_raises() -> None:
    with pytest.raises(ValueError, match="no turns were played"):
        QualityStatistics([])


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentile_is_an_observed_value(share: float, value: int) -> None:
    assert percentile(range(100, 0, -1), share) == value
