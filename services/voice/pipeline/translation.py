"""Texts translated off the event loop, so many at a time."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kit.errors import Exhausted
from voice.text.languages import Languages
from voice.text.translation import Translators, UnknownPair, base, translators

ENGLISH = "en"
THREADS, WAITING_MAX = 2, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A translation."""

    text: str
    source: str
    """ISO 639-1."""
    target: str


class Translation:
    """Translates; engines are looked for at the first text."""

    def __init__(self, folder: str) -> None:
        """Takes the folder of an operator's models; empty for those of packages alone."""
        self._folder = Path(folder) if folder else None
        self._threads = ThreadPoolExecutor(THREADS, "voice-translation")
        self._loading = threading.Lock()
        self._engines: Translators | None = None
        self._languages: Languages | None = None
        self._waiting = 0

    async def translate(self, text: str, source: str = "", target: str = "") -> Translated:
        """Returns the text in the target language (default English), its language recognised when it is not told.

        Raises UnknownPair, PackageMissing, and Exhausted when too many texts wait.
        """
        if self._waiting >= WAITING_MAX:
            raise Exhausted("Too many texts wait to be translated.", reason="TRANSLATION_QUEUE_FULL")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._translated, text, source, target or ENGLISH)
        finally:
            self._waiting -= 1

    def _translated(self, text: str, source: str, target: str) -> Translated:
        engines, languages = self._loaded()
        source, target = base(source) or languages.detect(text), base(target)
        if not source:
            raise UnknownPair(source, target)
        return Translated(text=engines.translate(text, source, target), source=source, target=target)

    def _loaded(self) -> tuple[Translators, Languages]:
        with self._loading:
            self._engines = self._engines or translators(self._folder)
            self._languages = self._languages or Languages()
            return self._engines, self._languages

    def close(self) -> None:
        """Takes no more texts."""
        self._threads.shutdown(wait=False, cancel_futures=True)
