"""Boards: encoding for the cache, and the combination of model versions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.boards import Companion, StoredBoard, VersionCell, assemble, decode, encode, replacement_counts
from neural.domain.fixed_point import weigh
from neural.domain.model import Board, BoardKey, BoardRow, LearningMode
from tests.neural.fixtures.units import MOMENT, moments

HALF_LIFE = timedelta(days=30)
KEY = BoardKey("acme", "", "chat", "general")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
rows = st.builds(
    BoardRow,
    model=texts,
    model_version=texts,
    evidence=st.floats(0, 1e9),
    score=st.floats(0, 1),
    total=st.integers(0, 2**53),
    positive=st.integers(0, 2**53),
    negative=st.integers(0, 2**53),
    orchestration_id=texts,
    services=st.lists(texts, max_size=3).map(tuple),
)


@given(st.lists(rows, max_size=5), moments, st.integers(1, 2**40), st.sampled_from(list(LearningMode)))
def test_decode_returns_encoded_board(
    drawn: list[BoardRow], moment: datetime, version: int, mode: LearningMode
) -> None:
    board = Board(
        key=KEY,
        revision=f"{version:040d}",
        version=version,
        half_life=HALF_LIFE,
        mode=mode,
        computed_at=moment,
        rows={row.model: row for row in drawn},
    )
    data = encode(board)
    assert abs(decode(KEY, data).computed_at - moment) <= timedelta(microseconds=1)
    assert decode(KEY, encode(decode(KEY, data))) == decode(KEY, data)
    assert decode(KEY, data).rows == board.rows
    assert data[13:53] == board.revision.encode()  # position at which the script of the cache compares


def cell(version: str, amount: float, score: float, age: int, total: int = 1) -> VersionCell:
    """Returns the cell of a version whose first output is `age` days old."""
    return VersionCell(
        model="m",
        model_version=version,
        first_output_at=MOMENT - timedelta(days=age),
        evidence=weigh(amount, MOMENT, HALF_LIFE),
        score_sum=weigh(amount * score, MOMENT, HALF_LIFE),
        positive=total,
        negative=0,
        total=total,
    )


def stored(*cells: VersionCell, companions: tuple[Companion, ...] = ()) -> StoredBoard:
    """Returns a stored board."""
    return StoredBoard(
        key=KEY,
        revision="0",
        version=1,
        half_life=HALF_LIFE,
        mode=LearningMode.EVIDENCE_WEIGHTED,
        cells=cells,
        companions={"m": companions},
    )


def test_older_versions_carry_over_half_and_quarter() -> None:
    cells = [cell("a", 8, 1.0, 30, 8), cell("c", 2, 0.0, 1, 2), cell("b", 4, 0.5, 10, 4)]
    row = assemble(stored(*cells), MOMENT, 0.5).rows["m"]
    assert row.model_version == "c"
    assert row.evidence == pytest.approx(2 + 0.5 * 4 + 0.25 * 8)
    assert row.score == pytest.approx((0.5 * 4 * 0.5 + 0.25 * 8) / 6)
    assert (row.total, row.positive) == (14, 14)


def period(version: str, first: float, last: float | None) -> VersionCell:
    """Returns the cell of a version with outputs between two days."""
    day = timedelta(days=1)
    end = None if last is None else MOMENT + last * day
    return replace(cell(version, 8, 1.0, 0), first_output_at=MOMENT + first * day, last_output_at=end)


@pytest.mark.parametrize(
    ("periods", "counts"),
    [
        ([("a", 0, 1), ("b", 2, 3), ("c", 4, 5)], {"a": 2, "b": 1, "c": 0}),
        ([("a", 0, 10), ("b", 1, 9), ("c", 2, 11)], {"a": 0, "b": 0, "c": 0}),
        ([("a", 0, 1), ("b", 2, 9), ("c", 3, 10)], {"a": 1, "b": 0, "c": 0}),
        ([("a", 0, 5), ("b", 4, 12)], {"a": 0, "b": 0}),
        ([("a", 0, 5), ("b", 4, 12.1)], {"a": 1, "b": 0}),
        ([("b", 0, 0), ("a", 0, 0)], {"a": 0, "b": 0}),
        ([("a", 0, None), ("b", 1, None)], {"a": 1, "b": 0}),
    ],
)
def test_replacement_counts_follow_periods_of_use(
    periods: list[tuple[str, float, float | None]], counts: dict[str, int]
) -> None:
    for order in itertools.permutations(periods):
        assert replacement_counts([period(*each) for each in order]) == counts


def test_evidence_before_shift_is_reduced_and_capped() -> None:
    old, new = replace(cell("a", 8, 1.0, 30)), replace(cell("a", 4, 0.0, 30), epoch=1)
    row = assemble(stored(old, new), MOMENT, 0.5).rows["m"]
    assert row.evidence == pytest.approx(4 + 0.1 * 8)
    assert row.score == pytest.approx(0.8 / 4.8)
    much = replace(cell("a", 10_000, 1.0, 30))
    assert assemble(stored(much, new), MOMENT, 0.5).rows["m"].evidence == pytest.approx(4 + 20)
    assert assemble(stored(much), MOMENT, 0.5).rows["m"].evidence == pytest.approx(10_000)


def test_carry_over_of_shifts_and_versions_is_combined() -> None:
    cells = [
        replace(cell("a", 8, 1.0, 30)),
        replace(cell("a", 8, 0.5, 30), epoch=1),
        replace(cell("b", 4, 0.0, 1), epoch=1),
    ]
    row = assemble(stored(*cells), MOMENT, 0.5).rows["m"]
    assert row.evidence == pytest.approx(4 + 0.5 * 8 + 0.5 * 0.1 * 8)
    assert row.model_version == "b"


@pytest.mark.parametrize(("carry_over", "evidence"), [(0.0, 2.0), (1.0, 10.0)])
def test_carry_over_of_zero_and_one_keeps_none_and_all(carry_over: float, evidence: float) -> None:
    board = assemble(stored(cell("a", 8, 1.0, 30), cell("b", 2, 0.0, 1)), MOMENT, carry_over)
    assert board.rows["m"].evidence == pytest.approx(evidence)


def test_version_without_units_is_left_out() -> None:
    board = assemble(stored(cell("a", 8, 1.0, 30), cell("b", 0, 0.0, 1, total=0)), MOMENT, 0.5)
    assert board.rows["m"].model_version == "a"
    assert board.rows["m"].evidence == pytest.approx(8)
    assert assemble(stored(cell("b", 0, 0.0, 1, total=0)), MOMENT, 0.5).rows == {}


def test_board_evidence_decays_to_now() -> None:
    board = assemble(stored(cell("a", 8, 0.7, 30)), MOMENT + 2 * HALF_LIFE, 0.5)
    assert board.rows["m"].evidence == pytest.approx(2)
    assert board.rows["m"].score == pytest.approx(0.7)


def test_board_has_best_orchestration_and_required_services() -> None:
    def companion(kind: str, name: str, amount: float, score: float) -> Companion:
        return Companion(kind, name, weigh(amount, MOMENT, HALF_LIFE), weigh(amount * score, MOMENT, HALF_LIFE))

    known = (
        companion("orchestration", "plain", 5, 0.6),
        companion("orchestration", "deep", 3, 0.9),
        companion("orchestration", "gone", 0, 0.0),
        companion("service", "search", 4.1, 0.1),
        companion("service", "ocr", 3.9, 0.9),
    )
    row = assemble(stored(cell("a", 8, 0.7, 30), companions=known), datetime(2026, 3, 1, tzinfo=UTC), 0.5).rows["m"]
    assert (row.orchestration_id, row.services) == ("deep", ("search",))
