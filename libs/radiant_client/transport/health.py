"""Health of the connection to one service."""

from dataclasses import dataclass

from radiant_client.transport.breaker import Breaker, State


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """State of the connection to one service."""

    address: str
    """Address of the service."""
    state: State
    """State of the circuit breaker: closed, open or half_open."""
    failures: int
    """Number of consecutive failed calls."""
    refused: int
    """Number of calls that failed immediately since the client was created."""
    retry_in_s: float
    """Seconds until the next call is sent; 0 if a call can be sent now."""


def health_of(breaker: Breaker) -> ServiceHealth:
    """Returns the health that a breaker has recorded."""
    return ServiceHealth(breaker.address, breaker.state, breaker.failures, breaker.refused, breaker.retry_in)
