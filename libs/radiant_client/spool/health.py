"""Health of the spool."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpoolHealth:
    """State of the spool."""

    records: int
    """Number of writes that are not acknowledged."""
    bytes: int
    """Size of their requests in bytes."""
    oldest_age_s: float
    """Age of the oldest write in seconds; 0 if there is none."""
    sent: int
    """Number of spooled writes acknowledged since the process started."""
    dead_letters: int
    """Number of dead letters: writes that the service rejected permanently."""
    refused: int
    """Number of writes that could not be spooled since the process started."""
