"""Settings of connections, and the options of gRPC that enforce them."""

from __future__ import annotations

import logging
import resource
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from kit.settings.declaration import Setting

log = logging.getLogger(__name__)

PENDING_CALLS_MAX = 512
"""Calls that gRPC queues before they start. A longer queue would delay all of them."""
FILES_RESERVED = 512
"""Files that stay available for databases and other files when connections use up their limit."""
IDENTITY_ONLY = 1
"""Bit set of the compression algorithms of requests: none. gRPC decompresses a message before it applies the limit of
the message size, so that 4 MiB become up to 4 GiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """Limits of connections and of calls that wait."""

    connections_max: Annotated[int, Setting("CONNECTIONS_MAX", 1, 1_000_000, "connections")] = 10_000
    """Connections at the same time, at most the limit of open files less 512. Further ones are closed at once."""
    streams_per_connection_max: Annotated[int, Setting("CONNECTION_CALLS_MAX", 1, 1_000_000, "calls")] = 1_000
    """Calls at the same time on one connection. A client queues further ones."""
    handshake_max: Annotated[timedelta, Setting("HANDSHAKE_SECONDS", 0.1, 600)] = timedelta(seconds=10)
    """Time to establish a connection, TLS included."""
    idle_max: Annotated[timedelta, Setting("CONNECTION_IDLE_SECONDS", 1, 86_400)] = timedelta(minutes=2)
    """Time after which a connection without calls is closed. Clients reconnect with the next call."""
    age_max: Annotated[timedelta, Setting("CONNECTION_AGE_SECONDS", 0, 31_536_000)] = timedelta()
    """Time after which a client is asked to reconnect, which spreads clients over servers; 0 for no limit."""
    message_wait_max: Annotated[timedelta, Setting("MESSAGE_WAIT_SECONDS", 0.1, 3600)] = timedelta(seconds=10)
    """Time from the start of a call to its request message. Streams of requests have limits of their own."""
    keepalive_min: Annotated[timedelta, Setting("KEEPALIVE_SECONDS_MIN", 0.01, 7200)] = timedelta(seconds=5)
    """Shortest time between pings of a client. A client that pings more often is disconnected ("too_many_pings")."""
    anonymous_per_peer_max: Annotated[int, Setting("ANONYMOUS_CALLS_PER_ADDRESS_MAX", 1, 100_000, "calls")] = 64
    """Calls without a token at the same time from one address (IPv6: one network of 64 bits): health watches and
    reflection."""
    anonymous_max: Annotated[int, Setting("ANONYMOUS_CALLS_MAX", 1, 100_000, "calls")] = 512
    """Calls without a token at the same time from all addresses."""

    def grpc_options(self) -> list[tuple[str, int]]:
        """Returns the options of a gRPC server."""
        options = [
            ("grpc.max_allowed_incoming_connections", min(self.connections_max, _files_available())),
            ("grpc.max_concurrent_streams", self.streams_per_connection_max),
            ("grpc.server_handshake_timeout_ms", _ms(self.handshake_max)),
            ("grpc.max_connection_idle_ms", _ms(self.idle_max)),
            ("grpc.compression_enabled_algorithms_bitset", IDENTITY_ONLY),
            # Some calls of a longer queue end as CANCELLED.
            ("grpc.server.max_pending_requests", PENDING_CALLS_MAX * 7 // 8),
            ("grpc.server.max_pending_requests_hard_limit", PENDING_CALLS_MAX),
            *keepalive_options(self.keepalive_min),
        ]
        if self.age_max:
            options.append(("grpc.max_connection_age_ms", _ms(self.age_max)))
        return options


def keepalive_options(interval_min: timedelta) -> list[tuple[str, int]]:
    """Returns the options of a gRPC server that permit pings at this interval, also from clients without calls.

    Without them, gRPC disconnects a client without calls that pings more often than every two hours.
    """
    return [
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", _ms(interval_min)),
    ]


def raise_file_limit() -> int:
    """Raises the limit of open files of this process to the hard limit; returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or soft < hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError) as error:
            log.warning("cannot raise the limit of open files: %s", error, extra={"fields": {"limit": soft}})
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _files_available() -> int:
    limit = raise_file_limit()
    return 1_000_000 if limit == resource.RLIM_INFINITY else max(1, limit - FILES_RESERVED)


def _ms(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
