"""Translates texts outside of the event loop, with a limited queue."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kit.tenant_slots import TenantSlots
from voice.text.languages import LanguageDetector
from voice.text.translation import Translators, UnknownLanguagePair, base_language, load_translators

ENGLISH = "en"
THREADS = 2
WAITING_MAX, WAITING_PER_TENANT_MAX = 64, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedText:
    """A translation with its languages."""

    text: str
    source: str
    """ISO 639-1 code, detected when the caller gave none."""
    target: str


class Translation:
    """Translates texts. The models are loaded with the first text."""

    def __init__(self, folder: str) -> None:
        """Takes a folder of further models; empty uses the models of installed packages alone."""
        self._folder = Path(folder) if folder else None
        self._threads = ThreadPoolExecutor(THREADS, "voice-translation")
        self._load_lock = threading.Lock()
        self._translators: Translators | None = None
        self._detector: LanguageDetector | None = None
        self._slots = TenantSlots(
            "texts in the translation queue", WAITING_MAX, WAITING_PER_TENANT_MAX, reason="TRANSLATION_QUEUE_FULL"
        )

    async def translate(
        self, text: str, source: str = "", target: str = "", *, caller_tenant: str = ""
    ) -> TranslatedText:
        """Returns the text in the target language; empty languages are detected (source) or English (target).

        `caller_tenant` is empty for texts of the worker. Raises UnknownLanguagePair, PackageMissing, and Exhausted
        (TRANSLATION_QUEUE_FULL) when too many texts of the tenant or of all tenants wait.
        """
        with self._slots.hold(caller_tenant):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._translated, text, source, target or ENGLISH)

    def _translated(self, text: str, source: str, target: str) -> TranslatedText:
        translators, detector = self._loaded()
        source, target = base_language(source) or detector.detect(text), base_language(target)
        if not source:
            raise UnknownLanguagePair(source, target)
        return TranslatedText(text=translators.translate(text, source, target), source=source, target=target)

    def _loaded(self) -> tuple[Translators, LanguageDetector]:
        with self._load_lock:
            self._translators = self._translators or load_translators(self._folder)
            self._detector = self._detector or LanguageDetector()
            return self._translators, self._detector

    def close(self) -> None:
        """Cancels waiting texts and accepts no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
