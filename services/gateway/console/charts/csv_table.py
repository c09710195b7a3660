"""CSV files of figures. Values that a spreadsheet would run as formulas are escaped."""

from __future__ import annotations

import csv
import io
from typing import Any

from starlette.responses import Response

from gateway.console.charts.figure import Figure

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def csv_response(figure: Figure) -> Response:
    """Returns the table of the figure as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(figure.columns)
    writer.writerows([_escape_formula(value) for value in row] for row in figure.rows)
    headers = {"content-disposition": f'attachment; filename="{figure.name}.csv"'}
    return Response(out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _escape_formula(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA_PREFIXES) else value
