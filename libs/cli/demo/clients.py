"""Connections of the demonstration to a suite, one per tenant."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from kit.auth.tokens import mint
from radiant_client import Radiant, Tls, open_channel

_TOKEN_TTL = timedelta(hours=12)
_SUBJECT = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFactory:
    """Addresses of a suite and the key that signs its tokens."""

    ingest: str
    """Address (host:port) of ingest."""
    neural: str
    """Address (host:port) of neural."""
    key: str = field(repr=False)
    """The signing key."""
    tls: Tls | None = field(default=None, repr=False)
    """Certificates of the connections; None without TLS."""

    @contextlib.asynccontextmanager
    async def open(self, tenant: str, *roles: str) -> AsyncIterator[Radiant]:
        """Yields a client with a token of the tenant; its local table is not started."""
        token = mint(self.key, tenant, roles, _TOKEN_TTL, _SUBJECT)
        channels = [open_channel(address, token, tls=self.tls or False) for address in (self.ingest, self.neural)]
        async with Radiant(*channels, default_model="") as radiant:
            yield radiant
