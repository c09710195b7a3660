"""Ears that pass on what was said without personal data; what it thinks of the answer was read before."""

from __future__ import annotations

import dataclasses

from kit.personal_data import Redactor
from voice.domain.ports import Ears, Understood


class RedactingEars:
    """Understands recordings by other ears, for what is stored."""

    def __init__(self, ears: Ears, redactor: Redactor) -> None:
        self._ears, self._redactor = ears, redactor

    async def understand(self, data: bytes, *, language: str = "", translate: bool = True) -> Understood:
        """Hears a file; transcript and translation come with marks in the places of personal data."""
        heard = await self._ears.understand(data, language=language, translate=translate)
        text, english = await self._redactor.redact(heard.text), await self._redactor.redact(heard.english)
        return dataclasses.replace(heard, text=text, english=english)
