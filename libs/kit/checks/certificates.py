"""Checks of certificates and private keys: validity, names, and access of other users."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kit.checks.finding import Finding, fail, ok, warn

EXPIRY_WARN = timedelta(days=21)


def certificate_findings(cert: str, key: str, variable: str, host: str = "") -> Iterator[Finding]:
    """Yields findings about a certificate and its key; `variable` names their setting.

    `host` is the address to listen on; empty, or a wildcard address, accepts any name.
    """
    from cryptography import x509

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
        certificate = x509.load_pem_x509_certificates(Path(cert).read_bytes())[0]
    except (OSError, ValueError) as error:
        yield fail(f"certificate and key cannot be used: {error}", f"correct {variable} and its key")
        return
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    if left <= timedelta():
        yield fail(f"the certificate of {variable} has expired", "renew the certificate")
    elif certificate.not_valid_before_utc > datetime.now(UTC):
        yield fail(f"the certificate of {variable} is not valid yet", "check the clock and the certificate")
    elif left < EXPIRY_WARN:
        yield warn(f"the certificate of {variable} expires in {left.days} days", "renew the certificate")
    else:
        yield ok(f"the certificate of {variable} is valid for {left.days} days")
    names = _names(certificate)
    if not names:
        yield fail(f"the certificate of {variable} contains no name", "add the names of the server as DNS names")
    elif host and host not in ("0.0.0.0", "::", "[::]", *names):  # noqa: S104 - compared with, not bound
        yield warn(
            f"the certificate of {variable} names {', '.join(names)} and not {host}",
            "clients must use one of these names",
        )
    yield from private_file_findings(key, variable)


def private_file_findings(path: str, variable: str) -> Iterator[Finding]:
    """Yields a failure if other users can read a secret file."""
    mode = stat.S_IMODE(Path(path).stat().st_mode)
    if mode & 0o077:
        yield fail(f"other users can access {path} (mode {mode:04o}, key of {variable})", f"chmod 600 {path}")


def _names(certificate: object) -> list[str]:
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)  # noqa: S101 - the type is imported on use
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(each) for each in found.get_values_for_type(x509.IPAddress)]
    return [*found.get_values_for_type(x509.DNSName), *addresses]
