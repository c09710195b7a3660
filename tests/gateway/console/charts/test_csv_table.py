"""Tests of CSV files of figures."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.console.charts.csv_table import csv_response
from gateway.console.charts.figure import Figure


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        " =1+1",
        "\u00a0\u3000@cmd",
        "\u200b=1",
        "\ufeff+1",
        "\uff1dcmd",
        " \uff0b1",
        "\uff0d1",
        "\uff20SUM(1)",
        "\u207a1",
        "\ufe0f=1",
        "\u3164\u2800=1",
        "\u034f\uff1d1",
        "\ufe66x",
        "\u22121",
        "|calc",
        "%0A",
        "\tx",
        "\nx",
        "\rx",
    ],
)
def test_csv_text_that_spreadsheet_may_run_is_escaped_in_header_and_rows(text: str) -> None:
    figure = Figure(name="t", title="T", columns=(text,), rows=[(text,)])
    written = bytes(csv_response(figure).body).decode()
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["'" + text], ["'" + text]]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_csv_text_is_unchanged_except_for_its_escape(text: str) -> None:
    figure = Figure(name="t", title="T", columns=("Text",), rows=[(text,)])
    ((_,), (cell,)) = csv.reader(io.StringIO(bytes(csv_response(figure).body).decode(), newline=""))
    assert cell in (text, "'" + text)


def test_csv_cell_that_starts_like_formula_is_escaped() -> None:
    figure = Figure(name="t", title="T", columns=("Text", "Number"), rows=[("=1+1", -1), ("@cmd", 2), ("plain", None)])
    response = csv_response(figure)
    assert bytes(response.body).decode().splitlines() == ["Text,Number", "'=1+1,-1", "'@cmd,2", "plain,"]
    assert response.headers["content-disposition"] == 'attachment; filename="t.csv"'
