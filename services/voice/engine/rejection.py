"""Errors of recordings that cannot be decoded."""

from __future__ import annotations

from enum import StrEnum

from kit.errors import FieldViolation, Invalid


class Rejection(StrEnum):
    """Reason of a rejection. The values are stored as error codes and do not change."""

    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    CORRUPT = "corrupt"
    TRUNCATED = "truncated"
    NO_AUDIO = "no_audio"


class AudioRejected(Invalid):
    """The recording cannot be decoded. A retry with the same file fails again."""

    reason = "AUDIO_REJECTED"

    def __init__(self, code: Rejection, message: str) -> None:
        """Takes the code and a message for end users: what failed and what to do."""
        super().__init__([FieldViolation("audio", message)], reason=f"AUDIO_{code.name}")
        self.code = code
        self.message = message


def too_large_error(bytes_max: int) -> AudioRejected:
    """Returns the error of a recording that exceeds the size limit."""
    message = f"The recording is larger than the limit of {bytes_max / 2**20:.3g} MB. Send a shorter one."
    return AudioRejected(Rejection.TOO_LARGE, message)


def truncated_error() -> AudioRejected:
    """Returns the error of a recording whose end is missing."""
    message = "The recording is incomplete: the end of the file is missing. Send it again."
    return AudioRejected(Rejection.TRUNCATED, message)


def corrupt_error() -> AudioRejected:
    """Returns the error of a damaged recording."""
    return AudioRejected(Rejection.CORRUPT, "The recording is damaged and cannot be decoded. Record it again.")
