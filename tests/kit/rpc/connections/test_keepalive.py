"""Keepalive: a client without calls that pings at the allowed pace stays connected; a faster one is disconnected."""

from datetime import timedelta

from kit.rpc.connections.settings import ConnectionSettings
from tests.kit.fixtures.http2_pings import acknowledged_pings
from tests.kit.fixtures.scripted_servicer import Script, serving

PINGS = 20
CLIENT_INTERVAL_MS = 10_000
"""Interval of clients with frequent keepalive."""


async def test_idle_client_that_pings_at_the_allowed_rate_stays_connected() -> None:
    limits = ConnectionSettings(keepalive_min=timedelta(milliseconds=20))
    async with serving(Script(), connections=limits) as served:
        assert await acknowledged_pings(served.port, 0.03, PINGS) == PINGS


async def test_idle_client_that_pings_faster_than_allowed_is_disconnected() -> None:
    limits = ConnectionSettings(keepalive_min=timedelta(seconds=60))
    async with serving(Script(), connections=limits) as served:
        assert await acknowledged_pings(served.port, 0.03, PINGS) < PINGS


def test_default_interval_of_keepalive_permits_clients_that_ping_every_ten_seconds() -> None:
    options = dict(ConnectionSettings().grpc_options())
    assert options["grpc.http2.min_ping_interval_without_data_ms"] < CLIENT_INTERVAL_MS
