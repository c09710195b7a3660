"""Figures of trust scores: distribution and table of raters."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.console.charts.figure import Figure
from radiant.neural.v1.learning_service_pb2 import TrustScore

TRUST_MIN = 0.1
BIN_COUNT = 9
"""Bins of width 0.1 from TRUST_MIN to 1."""
RATER_COLUMNS = ("Rater", "Trust", "Outlier", "Outlier reason", "Pinned", "Factors")


def trust_distribution(scores: Sequence[TrustScore], is_truncated: bool) -> Figure:
    """Returns the histogram of trust scores. `is_truncated` states that only the lowest scores are given."""
    kinds = {"Computed": [0] * BIN_COUNT, "Outliers": [0] * BIN_COUNT, "Pinned": [0] * BIN_COUNT}
    for score in scores:
        kind = "Pinned" if score.pinned else "Outliers" if score.outlier else "Computed"
        kinds[kind][_bin(score.trust)] += 1
    bins = [f"{(index + 1) / 10:.1f}–{(index + 2) / 10:.1f}" for index in range(BIN_COUNT)]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 50, "right": 20, "top": 60, "bottom": 50},
        "xAxis": {
            "type": "category",
            "data": bins,
            "axisLabel": {"interval": 0},
            "name": "trust score",
            "nameLocation": "middle",
            "nameGap": 30,
        },
        "yAxis": {"type": "value", "minInterval": 1, "name": "raters"},
        "series": [
            {"name": kind, "type": "bar", "stack": "raters", "barCategoryGap": "8%", "data": counts}
            for kind, counts in kinds.items()
        ],
    }
    rows = [(name, *(counts[index] for counts in kinds.values())) for index, name in enumerate(bins)]
    description = f"The {len(scores)} raters with the lowest trust scores." if is_truncated else ""
    return Figure(
        name="distribution",
        title="Trust score distribution",
        columns=("Trust", *kinds),
        rows=rows if scores else (),
        option=option,
        description=description,
    )


def rater_table(scores: Sequence[TrustScore]) -> Figure:
    """Returns the table of all raters for the CSV file."""
    rows = [
        (
            score.user_id,
            round(score.trust, 4),
            "yes" if score.outlier else "no",
            score.outlier_reason,
            "yes" if score.pinned else "no",
            "; ".join(f"{factor.name} {factor.value:.3f}: {factor.explanation}" for factor in score.factors),
        )
        for score in scores
    ]
    return Figure(name="raters", title="Raters", columns=RATER_COLUMNS, rows=rows)


def _bin(trust: float) -> int:
    return min(BIN_COUNT - 1, max(0, int((trust - TRUST_MIN) * 10 + 1e-9)))
