"""A count of texts that keeps only the first ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

KEPT_MAX = 200


class Examples:
    """Counts texts and keeps the first KEPT_MAX, so that a long run needs bounded memory."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.count = 0
        """Number of added texts."""
        self._kept: list[str] = []
        self.extend(texts)

    def add(self, text: str) -> None:
        """Adds a text."""
        self.count += 1
        if len(self._kept) < KEPT_MAX:
            self._kept.append(text)

    def extend(self, texts: Iterable[str]) -> None:
        """Adds several texts."""
        for text in texts:
            self.add(text)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)
