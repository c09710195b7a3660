"""Chart of the sample size by minimum detectable effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.console.charts.figure import Figure


class SizePoint(NamedTuple):
    """Sample size for one effect."""

    effect: float
    """Absolute difference of the positive rate."""
    users_per_variant: int
    days: float
    """0 when the number of users per day is not given."""


def sample_size_figure(points: Sequence[SizePoint]) -> Figure:
    """Returns users per variant by effect, on a logarithmic scale."""
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 80, "right": 30, "top": 40, "bottom": 50},
        "xAxis": {
            "type": "value",
            "name": "minimum detectable effect",
            "nameLocation": "middle",
            "nameGap": 30,
            "scale": True,
        },
        "yAxis": {"type": "log", "name": "users per variant"},
        "series": [
            {
                "name": "Users per variant",
                "type": "line",
                "symbolSize": 8,
                "data": [[round(point.effect, 5), point.users_per_variant] for point in points],
            }
        ],
    }
    return Figure(
        name="size",
        title="Sample size by effect",
        columns=("Minimum detectable effect", "Users per variant", "Days"),
        rows=[
            (round(point.effect, 5), point.users_per_variant, round(point.days, 1) if point.days else None)
            for point in points
        ],
        option=option,
        description="Half the effect requires about four times the users. The vertical axis is logarithmic.",
    )
