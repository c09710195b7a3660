"""Tests of CSV files of figures."""

from gateway.console.charts.csv_table import csv_response
from gateway.console.charts.figure import Figure


def test_csv_cell_that_starts_like_formula_is_escaped() -> None:
    figure = Figure(name="t", title="T", columns=("Text", "Number"), rows=[("=1+1", -1), ("@cmd", 2), ("plain", None)])
    response = csv_response(figure)
    assert bytes(response.body).decode().splitlines() == ["Text,Number", "'=1+1,-1", "'@cmd,2", "plain,"]
    assert response.headers["content-disposition"] == 'attachment; filename="t.csv"'
