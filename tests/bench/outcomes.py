"""A small made-up table of outcomes, and units of feedback."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from bench.learning.tables import Table
from neural.domain.model import UnitFacts, UnitKey

TASKS, MODELS = ("chat", "code", "math"), ("amber", "birch", "cedar", "dune")


def table(prompts: int = 400) -> Table:
    """Makes outcomes in which another model is best at each task."""
    chance = np.random.default_rng(1)
    task = chance.integers(len(TASKS), size=prompts)
    mean = np.array([[0.9, 0.6, 0.5, 0.3], [0.4, 0.85, 0.5, 0.6], [0.3, 0.5, 0.8, 0.6]])
    quality = np.clip(mean[task] + chance.normal(0, 0.1, (prompts, len(MODELS))), 0, 1)
    return Table(name="made up", tasks=TASKS, models=MODELS, task=task, quality=quality)


def facts(rating: int | None, implicit: float, trust: float) -> UnitFacts:
    """Makes one unit."""
    return UnitFacts(
        key=UnitKey("", "", ""),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        task_type="",
        domain_mode="",
        models=("amber",),
        model_versions=("",),
        rating=rating,
        sentiments=(implicit,),
        trust=trust,
    )
