"""CPU time of processes, and connections from another address of this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
OTHER_ADDRESS = "127.0.0.2"
"""Source address of attackers that open many connections. Other callers use 127.0.0.1."""


def cpu_s(pids: Iterable[int]) -> float:
    """Returns the CPU time of running processes in seconds."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def connect(address: str) -> socket.socket:
    """Returns a connection from OTHER_ADDRESS to an address host:port."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5, source_address=(OTHER_ADDRESS, 0))
