"""Health of the whole client."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiant_client.brain.decision_upload import UploadHealth
from radiant_client.brain.health import TableHealth
from radiant_client.spool.health import SpoolHealth
from radiant_client.transport.health import ServiceHealth


@dataclass(frozen=True, slots=True)
class Health:
    """State of the client."""

    services: Mapping[str, ServiceHealth]
    """Services by name: ingest, neural, and experiments and voice if they are connected."""
    table: TableHealth
    """Local table of recommendations."""
    spool: SpoolHealth | None
    """Writes that wait on disk; None without a spool."""
    decisions: UploadHealth | None = None
    """Upload of decisions that were made without a call; None if it is disabled."""

    @property
    def reachable(self) -> bool:
        """Whether the circuit breakers of all services are closed."""
        return all(one.state == "closed" for one in self.services.values())
