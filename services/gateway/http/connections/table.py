"""The open connections of the HTTP server and their limits, in total and per peer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from gateway.http.metrics import CONNECTIONS, CONNECTIONS_CLOSED

RESERVE = 32
"""Connections above the limit that serve the health check only."""


class Connection:
    """An open connection."""

    def __init__(self, peer: str, *, is_reserved: bool) -> None:
        self.peer = peer
        self.is_reserved = is_reserved
        """Whether the connection serves the health check only."""
        self.close: Callable[[], object] = lambda: None
        """Closes the connection immediately."""


class ConnectionTable:
    """Connections by their state: without a request yet, idle after a request, or with a request in progress.

    If a limit is reached, an idle connection is closed: those without a request first, then those idle for the longest
    time. A connection with a request in progress is never closed.
    """

    def __init__(self, connections_max: int, peer_connections_max: int) -> None:
        """Takes the most connections in total and of one peer."""
        self._max, self._peer_max = connections_max, peer_connections_max
        self._peers: dict[str, OrderedDict[Connection, None]] = {}
        self._unused: OrderedDict[Connection, None] = OrderedDict()
        self._idle: OrderedDict[Connection, None] = OrderedDict()
        self._count = 0

    def open(self, peer: str) -> Connection | None:
        """Adds a connection of a peer; returns None if it must be refused."""
        own = self._peers.get(peer, ())
        if len(own) >= self._peer_max and not self._close_first(each for each in own if self._is_idle(each)):
            CONNECTIONS_CLOSED.labels("peer_limit").inc()
            return None
        is_full = self._count >= self._max and not self.close_idle()
        if is_full and self._count >= self._max + RESERVE:
            CONNECTIONS_CLOSED.labels("limit").inc()
            return None
        connection = Connection(peer, is_reserved=is_full)
        self._peers.setdefault(peer, OrderedDict())[connection] = None
        self._unused[connection] = None
        self._count += 1
        CONNECTIONS.inc()
        return connection

    def close_idle(self) -> bool:
        """Closes the connection that is idle for the longest time; returns whether there was one."""
        return self._close_first(iter(self._unused)) or self._close_first(iter(self._idle))

    def begin_request(self, connection: Connection) -> None:
        """Records that the head of a request has arrived."""
        self._unused.pop(connection, None)
        self._idle.pop(connection, None)

    def end_request(self, connection: Connection) -> None:
        """Records that a response is complete."""
        if connection in self._peers.get(connection.peer, ()):
            self._idle[connection] = None
            self._idle.move_to_end(connection)

    def remove(self, connection: Connection) -> None:
        """Removes a connection that is closed; does nothing if it was removed before."""
        own = self._peers.get(connection.peer)
        if own is None or connection not in own:
            return
        del own[connection]
        if not own:
            del self._peers[connection.peer]
        self._unused.pop(connection, None)
        self._idle.pop(connection, None)
        self._count -= 1
        CONNECTIONS.dec()

    def _is_idle(self, connection: Connection) -> bool:
        return connection in self._unused or connection in self._idle

    def _close_first(self, candidates: Iterator[Connection]) -> bool:
        connection = next(candidates, None)
        if connection is None:
            return False
        self.remove(connection)
        CONNECTIONS_CLOSED.labels("idle").inc()
        connection.close()
        return True
