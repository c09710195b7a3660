"""CSV files of figures. Values that a spreadsheet would run as formulas are escaped."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import Any

from starlette.responses import Response

from gateway.console.charts.figure import Figure
from splits.user_keys import is_blank

_FORMULA_SIGNS = frozenset("=+-@|%\N{MINUS SIGN}")
_CONTROL_CHARACTERS = ("\t", "\r", "\n")


def csv_response(figure: Figure) -> Response:
    """Returns the table of the figure as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([_escape_formula(value) for value in row] for row in (figure.columns, *figure.rows))
    headers = {"content-disposition": f'attachment; filename="{figure.name}.csv"'}
    return Response(out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _escape_formula(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and _is_formula(value) else value


def _is_formula(text: str) -> bool:
    """Returns whether a spreadsheet may run the text as a formula.

    Spreadsheets skip leading blanks and invisible characters, and read full-width signs as their ASCII forms (NFKC).
    """
    if text.startswith(_CONTROL_CHARACTERS):
        return True
    first = next((each for each in text if not is_blank(each)), "")
    return unicodedata.normalize("NFKC", first)[:1] in _FORMULA_SIGNS if first else False
