"""Health of the local table."""

from dataclasses import dataclass

from radiant_client.brain.decision import Source


@dataclass(frozen=True, slots=True)
class TableHealth:
    """State of the local table of recommendations."""

    source: Source
    """Source of a decision now: table, last_table if the table is stale, default if there is no table."""
    staleness_s: float
    """Seconds since the table was last known to be current; infinite if there is no table."""
    entries: int
    """Number of entries."""
    from_disk: bool
    """Whether the table was read from disk and no service has sent a snapshot since."""
