"""Hosts and ports: whether a host is this machine, and whether an address can be listened on or reached."""

from __future__ import annotations

import asyncio
import socket

from kit.checks.finding import Finding, fail, ok
from kit.settings.addresses import is_loopback

TIMEOUT_S = 5.0


def is_local(host: str) -> bool:
    """Returns whether a host is a loopback address or a folder of Unix sockets."""
    return not host or host.startswith("/") or is_loopback(host)


async def port_finding(host: str, port: int) -> Finding:
    """Returns whether an address is free, or whether a server accepts connections there already."""
    address = f"{host}:{port}"
    if await asyncio.to_thread(_can_listen, host.strip("[]"), port):
        return ok(f"the address {address} is free")
    if await is_reachable(host, port):
        return ok(f"a server listens on {address}")
    return fail(f"the address {address} cannot be used", "choose an address of this machine and a free port")


async def is_reachable(host: str, port: int) -> bool:
    """Returns whether a server accepts TCP connections."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, writer = await asyncio.open_connection(host.strip("[]"), port)
    except OSError:
        return False
    writer.close()
    return True


def _can_listen(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
