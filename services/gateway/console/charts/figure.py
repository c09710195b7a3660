"""Figure: a chart together with a table of the same data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its table. The CSV file of the figure contains the table."""

    name: str
    """Unique within the page; lower-case letters, digits and dashes."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    option: Mapping[str, Any] | None = None
    """Options of the ECharts chart, without colours; None for a table without a chart."""
    description: str = ""
    """How to read the chart."""
    link_template: str = ""
    """Address that a click on the chart opens; `{0}`, `{1}`, ... are the values of the clicked point."""
    height_px: int = 320
    """One of 200, 320, 480 and 640, for which console.css has classes."""


def height_px(line_count: int) -> int:
    """Returns the height of a chart with one horizontal line per row, in pixels."""
    return 200 if line_count <= 4 else 320 if line_count <= 9 else 480 if line_count <= 16 else 640
