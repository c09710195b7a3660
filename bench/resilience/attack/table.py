"""Table of the attacks as text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bench.resilience.attack.attack import Row

FIGURE_CHARACTERS_MAX = 120
HEAD = ("attack", "attempts", "held", "measured", "must hold", "s")


def table(rows: Sequence[Row]) -> str:
    """Returns a table with aligned columns."""
    lines = [HEAD, *(_cells(each) for each in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cells(found: Row) -> tuple[str, ...]:
    held = "yes" if found.is_held else "NO"
    name = f"{found.group}: {found.name}"
    figure = textwrap.shorten(found.figure, FIGURE_CHARACTERS_MAX, placeholder=" ...")
    return name, str(found.attempts), held, figure, found.limit, f"{found.seconds:g}"
