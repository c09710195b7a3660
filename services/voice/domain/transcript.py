"""The transcript of a recording."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSegment:
    """A part of a recording in one language."""

    start_s: float
    end_s: float
    language: str
    """ISO 639-1 code; empty for a language without such a code."""
    text: str
    english: str
    """English translation; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Text, translation and opinion of a recording."""

    has_speech: bool
    """False for a recording without speech. Only `duration_s` and `model` are set then."""
    text: str = ""
    language: str = ""
    """ISO 639-1 code; empty for a language without such a code."""
    language_probability: float = 0.0
    english: str = ""
    """English translation; empty when there is none."""
    confidence: float = 0.0
    """In [0, 1]."""
    doubt: str = ""
    """One sentence that says why the transcript may be wrong; empty without a reason."""
    duration_s: float = 0.0
    """Length of the recording."""
    model: str = ""
    """Name of the speech model."""
    sentiment: float = 0.0
    """In [-1, 1]."""
    rating: int = 0
    """-1, 0 or 1."""
    categories: tuple[str, ...] = ()
    """Names of categories of the API, the likeliest first."""
    segments: tuple[TranscriptSegment, ...] = ()
    """Parts in one language each, in order. They are not stored."""
