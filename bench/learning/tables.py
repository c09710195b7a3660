"""Tables of recorded outcomes: the quality of every model's answer to every prompt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cli.demo.tables import read_rows
from cli.demo.workload import ROWS_MAX

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Amount = float | Numbers
"""One value for all rows, or one value per row."""


@dataclass(frozen=True, slots=True)
class Table:
    """Recorded outcomes. It holds only models that answered every prompt."""

    name: str
    tasks: Sequence[str]
    models: Sequence[str]
    task: Indices
    """Task of each prompt, as an index into `tasks`."""
    quality: Numbers
    """Quality in [0, 1], by prompt and model."""


def read(path: Path) -> Table:
    """Reads a CSV table, plain or gzipped, with the columns prompt_id, task, model and quality.

    Raises OSError if the file cannot be read and TableError, a ValueError, for an invalid row or a wrong quality.
    """
    tasks: dict[str, str] = {}
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in read_rows(path, ("prompt_id", "task", "model", "quality"), ROWS_MAX):
        prompt = row.values["prompt_id"]
        tasks[prompt] = row.values["task"]
        found[prompt][row.values["model"]] = row.number("quality", 1)
    models = sorted(set.intersection(*(set(outcomes) for outcomes in found.values())))
    names = sorted(set(tasks.values()))
    index = {name: position for position, name in enumerate(names)}
    return Table(
        name=path.name.split(".")[0],
        tasks=names,
        models=models,
        task=np.array([index[tasks[prompt]] for prompt in found], dtype=np.int64),
        quality=np.array([[found[prompt][model] for model in models] for prompt in found]),
    )


def find(names: Sequence[str]) -> list[Table]:
    """Reads the tables of these names from the data folder. Prints a line for each table that is missing."""
    tables = []
    for name in names:
        path = FOLDER / f"{name}.csv.gz"
        if path.exists():
            tables.append(read(path))
        else:
            print(f"{name}: skipped. The file {path} does not exist.")
    return tables
