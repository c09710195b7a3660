"""Units of feedback, drawn at random or built short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from neural.domain.model import UnitFacts, UnitKey

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)

sentiments = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 6))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
half_lives = st.floats(1, 3650).map(lambda days: timedelta(days=days))
ratings = st.none() | st.sampled_from([-1, 0, 1])


def facts(**changes: Any) -> UnitFacts:
    """Builds the facts of one unit: nothing was said of an output of model m, unless the changes say so."""
    given = {
        "key": UnitKey("acme", "o", "u"),
        "created_at": MOMENT,
        "task_type": "chat",
        "domain_mode": "general",
        "models": ("m",),
        "model_versions": ("",) * len(changes.get("models", "m")),
        **changes,
    }
    return UnitFacts(**given)


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    """Draws what one person said of one output; nothing at all at times."""
    return {
        "rating": draw(ratings),
        "sentiments": tuple(draw(st.lists(sentiments, max_size=4))),
        "voice": draw(st.none() | sentiments),
        "trust": draw(st.floats(-2, 3)),
    }
