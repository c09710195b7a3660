"""How the client is: which services answer, how old its table is, and how much waits on disk."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiant_client.brain.decision import Source
from radiant_client.spool.spool import SpoolHealth
from radiant_client.transport.breaker import Breaker, State


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """What the client knows of one service."""

    address: str
    """Address of the service."""
    state: State
    """Closed when calls pass, open when they fail at once, half_open when one is tried."""
    failures: int
    """Failed calls in a row."""
    refused: int
    """Calls that failed at once, since the client began."""
    retry_in_s: float
    """Seconds until the next call may pass; 0 when one may now."""


@dataclass(frozen=True, slots=True)
class TableHealth:
    """What the client knows of its table of recommendations."""

    source: Source
    """What would decide by the table now: table, last_table when it is old, default when there is none."""
    staleness_s: float
    """Seconds since it was last known to be current; infinite when there is none."""
    entries: int
    """Number of entries."""
    from_disk: bool
    """Whether it comes from an earlier process, since no service has sent one yet."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the client is."""

    services: Mapping[str, ServiceHealth]
    """By name: ingest, neural, and experiments and voice when they are connected."""
    table: TableHealth
    """The table of recommendations."""
    spool: SpoolHealth | None
    """What waits on disk; None without a spool."""

    @property
    def reachable(self) -> bool:
        """Tells whether every service answers as far as is known."""
        return all(one.state == "closed" for one in self.services.values())


def health_of(breaker: Breaker) -> ServiceHealth:
    """Reads what a breaker knows."""
    return ServiceHealth(breaker.address, breaker.state, breaker.failures, breaker.refused, breaker.retry_in)
