"""Removes personal data from transcripts before they are stored."""

from __future__ import annotations

import dataclasses

from kit.personal_data import Redactor
from voice.domain.ports import Transcriber
from voice.domain.transcript import Transcript


class RedactingTranscriber:
    """Transcribes with another transcriber and redacts the text and its translation.

    The sentiment is that of the unredacted text. Segments, which are not stored, are removed.
    """

    def __init__(self, transcriber: Transcriber, redactor: Redactor) -> None:
        """Takes the transcriber that does the work, and the redactor."""
        self._transcriber, self._redactor = transcriber, redactor

    async def transcribe(self, data: bytes, *, language: str = "", translate: bool = True) -> Transcript:
        """Returns the transcript with marks such as [PHONE] in place of personal data."""
        transcript = await self._transcriber.transcribe(data, language=language, translate=translate)
        text = await self._redactor.redact(transcript.text)
        english = await self._redactor.redact(transcript.english)
        return dataclasses.replace(transcript, text=text, english=english, segments=())
