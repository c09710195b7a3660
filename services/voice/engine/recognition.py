"""Input and output of speech recognition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.engine.audio import RATE, Clip
from voice.engine.vad import Span

FRAMES_PER_SECOND = 100
WINDOW_FRAMES = 30 * FRAMES_PER_SECOND
"""Length of the model's input, in frames of 10 ms."""
ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionOptions:
    """Options of one clip."""

    translate: bool = True
    """Whether speech in another language is also translated into English."""
    language: str = ""
    """Code of the spoken language in the model's list; empty detects the language."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedClip:
    """A clip after voice activity detection, cut into windows."""

    clip: Clip
    options: RecognitionOptions
    windows: Sequence[Span]
    """Windows with speech, at most 30 s each; empty when the clip has no speech."""

    def frames(self) -> list[int]:
        """Returns the length of each window in frames of 10 ms, rounded up."""
        return [-(-len(window) * FRAMES_PER_SECOND // RATE) for window in self.windows]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSegment:
    """A part of a clip in one language: one window, or several consecutive ones."""

    start_s: float
    end_s: float
    """Position in the clip."""
    language: str
    """ISO 639-1 code; empty for a language that has no such code."""
    text: str
    english: str
    """English translation; equal to the text when that is English, empty when none was requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionResult:
    """Transcript of one clip, with its quality."""

    has_speech: bool
    """False for a clip without speech. Text and language are then empty."""
    text: str
    """The transcript in the spoken language."""
    language: str
    """ISO 639-1 code of the language of most of the speech; empty without speech and for a language without a code."""
    language_probability: float
    """From 0 to 1, weighted by the length of the windows; 1 when the language was given."""
    english: str
    """English translation; equal to the transcript when that is English, empty when none was requested."""
    confidence: float
    """From 0 to 1; see voice.engine.quality.confidence."""
    duration_s: float
    """Length of the whole clip."""
    model: str
    """Name and number format of the model."""
    doubt: str
    """One sentence that says why the transcript may be wrong; empty without a reason."""
    segments: tuple[SpeechSegment, ...] = ()
    """Parts in one language each, in order; empty without speech."""


def silent_result(clip: Clip, model: str) -> RecognitionResult:
    """Returns the result of a clip without speech."""
    return RecognitionResult(
        has_speech=False,
        text="",
        language="",
        language_probability=0.0,
        english="",
        confidence=0.0,
        duration_s=clip.duration_s,
        model=model,
        doubt="",
    )
