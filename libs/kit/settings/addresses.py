"""Rules of addresses and URLs in settings: loopback addresses need no encryption."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Returns whether a host is a loopback address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_safe_url(url: str) -> bool:
    """Returns whether a URL is https, or http on a loopback address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return bool(host) if parts.scheme == "https" else parts.scheme == "http" and is_loopback(host)
