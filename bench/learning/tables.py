"""Tables of recorded outcomes: what every model answered to every prompt, and how good it was."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Amount = float | Numbers
"""One for all, or one each."""


@dataclass(frozen=True, slots=True)
class Table:
    """Outcomes of the models that answered every prompt."""

    name: str
    tasks: Sequence[str]
    models: Sequence[str]
    task: Places
    """Task of each prompt, as a place in `tasks`."""
    quality: Numbers
    """In [0, 1], by prompt and model."""


def read(path: Path) -> Table:
    """Reads a gzipped table with the columns prompt_id, task, model and quality. Raises OSError and ValueError."""
    tasks: dict[str, str] = {}
    found: dict[str, dict[str, float]] = defaultdict(dict)
    with gzip.open(path, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            tasks[row["prompt_id"]] = row["task"]
            found[row["prompt_id"]][row["model"]] = float(row["quality"])
    models = sorted(set.intersection(*(set(outcomes) for outcomes in found.values())))
    names = sorted(set(tasks.values()))
    place = {name: at for at, name in enumerate(names)}
    return Table(
        name=path.name.split(".")[0],
        tasks=names,
        models=models,
        task=np.array([place[tasks[prompt]] for prompt in found], dtype=np.int64),
        quality=np.array([[found[prompt][model] for model in models] for prompt in found]),
    )


def find(names: Sequence[str]) -> list[Table]:
    """Reads the tables that are there and says which are not."""
    tables = []
    for name in names:
        path = FOLDER / f"{name}.csv.gz"
        if path.exists():
            tables.append(read(path))
        else:
            print(f"{name}: skipped, there is no {path}")
    return tables
