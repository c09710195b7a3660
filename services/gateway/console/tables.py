"""Tables as CSV files that spreadsheets open without running anything in them."""

from __future__ import annotations

import csv
import io
from typing import Any

from starlette.responses import Response

from gateway.console.page import Figure

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def table(figure: Figure) -> Response:
    """Returns the figure's table as a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(figure.columns)
    writer.writerows([_cell(value) for value in row] for row in figure.rows)
    headers = {"content-disposition": f'attachment; filename="{figure.name}.csv"'}
    return Response(out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _cell(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULAS) else value
