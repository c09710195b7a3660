"""Why a recording is not taken."""

from __future__ import annotations

from enum import StrEnum

from kit.errors import FieldViolation, Invalid


class Rejection(StrEnum):
    """Machine-readable; stable."""

    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    CORRUPT = "corrupt"
    TRUNCATED = "truncated"
    NO_AUDIO = "no_audio"


class AudioRejected(Invalid):
    """The recording cannot be taken; repeating it cannot help."""

    reason = "AUDIO_REJECTED"

    def __init__(self, code: Rejection, sentence: str) -> None:
        """Takes the code and a sentence that the person who recorded understands."""
        super().__init__([FieldViolation("audio", sentence)], reason=f"AUDIO_{code.name}")
        self.code = code
        self.sentence = sentence


def truncated() -> AudioRejected:
    """Makes the error of a recording whose end is missing."""
    return AudioRejected(Rejection.TRUNCATED, "The recording is cut off: its end did not arrive. Please send it again.")


def corrupt() -> AudioRejected:
    """Makes the error of a recording that is damaged."""
    return AudioRejected(Rejection.CORRUPT, "The recording is damaged and cannot be played.")
