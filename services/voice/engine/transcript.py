"""What is asked of the engine, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice.engine.audio import RATE, Clip
from voice.engine.vad import Span

FRAMES_PER_SECOND = 100
WINDOW_FRAMES = 30 * FRAMES_PER_SECOND
"""What the model hears at once."""
ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be done with a clip."""

    translate: bool = True
    """Whether speech in another language is also wanted in English."""
    language: str = ""
    """The language spoken as the recogniser codes it, where it is known; empty: it is detected."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A clip that went through the gate and is cut into windows."""

    clip: Clip
    ask: Ask
    windows: Sequence[Span]
    """None when nobody speaks."""

    def frames(self) -> list[int]:
        """Returns the length of each window in frames of 10 ms."""
        return [-(-len(window) * FRAMES_PER_SECOND // RATE) for window in self.windows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said in a clip."""

    no_speech: bool
    """Nobody said a word: no text, no language."""
    text: str
    """The transcript."""
    language: str
    """ISO 639-1; empty when there was no speech or the language has no such code."""
    language_probability: float
    """Between 0 and 1, weighted by the length of the windows; 1 when the language was told."""
    english: str
    """The translation; the transcript itself when it is English, empty when none was asked for."""
    confidence: float
    """Between 0 and 1; see voice.engine.quality.confidence."""
    seconds: float
    """Length of the whole clip."""
    model: str
    """What recognised it, and in which number format."""
    doubtful: str
    """A sentence that says why not to rely on this; empty when there is no reason."""


def nothing_heard(clip: Clip, model: str) -> Heard:
    """Returns the answer to a clip in which nobody speaks."""
    return Heard(
        no_speech=True,
        text="",
        language="",
        language_probability=0.0,
        english="",
        confidence=0.0,
        seconds=clip.seconds,
        model=model,
        doubtful="",
    )
