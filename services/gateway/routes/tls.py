"""Certificates for the calls of services."""

from __future__ import annotations

from pathlib import Path

from gateway.http.settings import Tls
from radiant_client.transport.channel import Tls as ClientTls


def services_tls(tls: Tls) -> ClientTls | None:
    """Reads the files of the settings; None if services are called without TLS. Raises OSError."""
    if not tls.services_ca:
        return None
    return ClientTls(
        root_certificates=Path(tls.services_ca).read_bytes(),
        certificate=Path(tls.services_certificate).read_bytes() if tls.services_certificate else None,
        key=Path(tls.services_key).read_bytes() if tls.services_key else None,
        server_name=tls.services_name,
    )
