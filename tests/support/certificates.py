"""Certificate authorities and certificates for tests."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """Files of a certificate and its key."""

    cert: Path
    key: Path


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])


class Authority:
    """A certificate authority."""

    def __init__(self, name: str) -> None:
        """Generates the key and the certificate of the authority."""
        self.name, self._key = name, ec.generate_private_key(ec.SECP256R1())
        self.cert = self._sign(_name(name), self._key.public_key(), None)

    def _sign(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, names: x509.GeneralNames | None, days: int = 1
    ) -> str:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(
            issuer_name=_name(self.name),
            subject_name=subject,
            public_key=public,
            serial_number=x509.random_serial_number(),
            not_valid_before=min(now, now + days * DAY) - DAY,
            not_valid_after=now + days * DAY,
        ).add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        authority = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False
        )
        if names is not None and len(list(names)):
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def save(self, folder: Path) -> Path:
        """Writes the certificate of the authority and returns its path."""
        file = folder / f"{self.name}-ca.pem"
        file.write_text(self.cert)
        return file

    def issue(
        self, folder: Path, common: str, *uris: str, local: bool = True, domains: Sequence[str] = (), days: int = 1
    ) -> Pair:
        """Writes a certificate for the loopback addresses, these URIs and domains. It expires in so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri) for uri in uris]
        if local:
            names += [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        names += [x509.DNSName(domain) for domain in domains]
        pair = Pair(folder / f"{self.name}-{common}.pem", folder / f"{self.name}-{common}.key")
        pair.cert.write_text(self._sign(_name(common), key.public_key(), x509.GeneralNames(names), days))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pair.key.touch(mode=0o600)
        pair.key.write_bytes(private)
        return pair
