"""Limit of the calls without authentication, in total and per address of the peer."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

from kit.errors import Exhausted

IPV6_NETWORK_BITS = 64
"""Prefix length of the IPv6 networks that are counted as one peer: a subscriber usually has a /64 network."""
RETRY_AFTER = timedelta(seconds=5)


class PeerCalls:
    """The open calls without authentication, per address."""

    def __init__(self, per_peer_max: int, total_max: int) -> None:
        self._per_peer_max, self._total_max = per_peer_max, total_max
        self._open: dict[str, int] = {}
        self.total = 0
        """Number of open calls."""

    @contextlib.contextmanager
    def counted(self, peer: str) -> Iterator[None]:
        """Counts a call of the peer, as gRPC names it; raises Exhausted (PEER_LIMIT) when a limit is reached."""
        address = address_of(peer)
        held = self._open.get(address, 0)
        if held >= self._per_peer_max:
            message = f"This address has {held} calls without a token open, which is the limit. Close one of them."
            raise Exhausted(message, RETRY_AFTER, reason="PEER_LIMIT")
        if self.total >= self._total_max:
            message = f"The server has {self.total} calls without a token open, which is the limit. Retry later."
            raise Exhausted(message, RETRY_AFTER, reason="PEER_LIMIT")
        self._open[address] = held + 1
        self.total += 1
        try:
            yield
        finally:
            self.total -= 1
            if self._open[address] == 1:
                del self._open[address]
            else:
                self._open[address] -= 1


def address_of(peer: str) -> str:
    """Returns the address of a peer without its port; for IPv6, its network. Example: ipv4:192.0.2.7:4711."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in ("ipv4", "ipv6"):
        return peer
    return network_of(rest.rpartition(":")[0].strip("[]")) or peer


def network_of(host: str) -> str:
    """Returns an IPv4 address, or the network of 64 bits of an IPv6 address; an empty text for another host."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return str(address)
