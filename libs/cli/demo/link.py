"""Connections of the demonstration to a suite, each as some tenant."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from kit.rpc.auth import mint
from radiant_client import Radiant, open_channel

_TOKEN_TTL = timedelta(hours=12)
_SUBJECT = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a suite is, and the key with which its tokens are signed."""

    ingest: str
    """Address (host:port) of the intake."""
    neural: str
    """Address (host:port) of the learning and the recommender."""
    key: str = field(repr=False)
    """The key."""

    @contextlib.asynccontextmanager
    async def open(self, tenant: str, *roles: str) -> AsyncIterator[Radiant]:
        """Gives a client that speaks for the tenant; its local table is not started."""
        token = mint(self.key, tenant, roles, _TOKEN_TTL, _SUBJECT)
        channels = [open_channel(address, token) for address in (self.ingest, self.neural)]
        async with Radiant(*channels, default_model="") as radiant:
            yield radiant
