"""TLS of the gRPC servers: the server certificate, and callers that authenticate by a client certificate."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import grpc

from kit.auth.tokens import ROLES, Principal
from kit.errors import Unauthenticated
from kit.settings.declaration import Report, Setting

log = logging.getLogger(__name__)

T = TypeVar("T")

CHECK_INTERVAL_S = 1.0
"""Minimum time between two checks of a file."""


class TlsFilesError(ValueError):
    """A certificate, a key or the file of principals is unusable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """TLS of the server. Without a certificate, connections are not encrypted."""

    cert: Annotated[str, Setting("TLS_CERT")] = ""
    """PEM file of the server's certificate and its chain; empty serves without TLS."""
    key: Annotated[str, Setting("TLS_KEY")] = ""
    """PEM file of the private key of the certificate."""
    client_ca: Annotated[str, Setting("TLS_CLIENT_CA")] = ""
    """PEM file of the authorities that sign client certificates; if set, clients must present one."""
    client_port: Annotated[int, Setting("TLS_CLIENT_PORT", 0, 65_535)] = 0
    """Second port, the only one that requires client certificates; 0 requires them on the one port."""
    principals: Annotated[str, Setting("TLS_PRINCIPALS")] = ""
    """JSON file that maps names in client certificates to tenants and roles."""

    def check(self, report: Report) -> None:
        """Reports settings whose required other setting is missing."""
        report.require("TLS_KEY", bool(self.cert) == bool(self.key), "must be set together with RADIANT_TLS_CERT")
        report.require("TLS_CLIENT_CA", bool(self.cert) or not self.client_ca, "needs RADIANT_TLS_CERT")
        report.require("TLS_CLIENT_PORT", bool(self.client_ca) or not self.client_port, "needs RADIANT_TLS_CLIENT_CA")
        report.require("TLS_PRINCIPALS", bool(self.client_ca) or not self.principals, "needs RADIANT_TLS_CLIENT_CA")


class ReloadedFiles(Generic[T]):
    """Content of files, reloaded after changes. Unusable new content is ignored."""

    def __init__(self, read: Callable[[], T], *paths: str, check_interval_s: float = CHECK_INTERVAL_S) -> None:
        """Reads the files; raises TlsFilesError when they are unusable."""
        self._read, self._paths, self._check_interval_s = read, [Path(path) for path in paths if path], check_interval_s
        self._stamps, self._checked_at = self._stamp(), time.monotonic()
        self._value = self._load()

    @property
    def value(self) -> T:
        """The current content."""
        now = time.monotonic()
        if now - self._checked_at >= self._check_interval_s:
            self._checked_at = now
            self._check_files()
        return self._value

    def _check_files(self) -> None:
        stamp = self._stamp()
        if stamp == self._stamps:
            return
        self._stamps = stamp
        names = {"files": [path.name for path in self._paths]}
        try:
            self._value = self._load()
        except TlsFilesError as problem:
            log.error("changed TLS files are unusable and ignored: %s", problem, extra={"fields": names})
        else:
            log.info("TLS files were reloaded", extra={"fields": names})

    def _load(self) -> T:
        try:
            return self._read()
        except (OSError, ValueError) as problem:
            raise TlsFilesError(str(problem)) from problem

    def _stamp(self) -> list[tuple[int, int, int] | None]:
        stamps: list[tuple[int, int, int] | None] = []
        for path in self._paths:
            try:
                status = path.stat()
            except OSError:
                stamps.append(None)
            else:
                stamps.append((status.st_mtime_ns, status.st_size, status.st_ino))
        return stamps


class Credentials:
    """Credentials of the server. Handshakes after a change of the files use the new certificate."""

    def __init__(
        self, settings: TlsSettings, *, requires_certificate: bool, check_interval_s: float = CHECK_INTERVAL_S
    ) -> None:
        """`requires_certificate` states that clients must present one. Raises TlsFilesError for unusable files."""
        self._settings, self._requires_certificate = settings, requires_certificate
        paths = (settings.cert, settings.key, settings.client_ca if requires_certificate else "")
        self._files = ReloadedFiles(self._configuration, *paths, check_interval_s=check_interval_s)
        self._given = self._files.value

    def server_credentials(self) -> grpc.ServerCredentials:
        """Returns the credentials of a port."""
        return grpc.dynamic_ssl_server_credentials(
            self._given, self._fetch, require_client_authentication=self._requires_certificate
        )

    def _fetch(self) -> Any:
        latest = self._files.value
        if latest is self._given:
            return None
        self._given = latest
        return latest

    def _configuration(self) -> Any:
        settings = self._settings
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.cert, settings.key
        )  # fails if certificate and key do not belong together
        roots = None
        if self._requires_certificate:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(settings.client_ca)
            roots = Path(settings.client_ca).read_bytes()
        pair = (Path(settings.key).read_bytes(), Path(settings.cert).read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=roots)


class Certificates:
    """Authenticates callers by the names in their client certificates."""

    def __init__(self, path: str, *, check_interval_s: float = CHECK_INTERVAL_S) -> None:
        """Takes the file of principals; raises TlsFilesError when it is unusable."""
        self._known = ReloadedFiles(
            lambda: principals_of(Path(path).read_bytes()), path, check_interval_s=check_interval_s
        )

    def principal(self, peer: Mapping[str, Any] | None) -> Principal:
        """Returns the caller of the connection; raises Unauthenticated for an unknown certificate."""
        peer = peer or {}
        names = [_text(each) for each in peer.get("x509_subject_alternative_name", ())]
        names += ["CN=" + _text(each) for each in peer.get("x509_common_name", ())]
        known = self._known.value
        found = {known[name] for name in names if name in known}
        if len(found) != 1:
            raise Unauthenticated(
                "The call needs a bearer token or a client certificate of a known principal.", reason="TOKEN_MISSING"
            )
        return found.pop()


def _text(name: bytes | str) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else name


def principals_of(document: bytes) -> dict[str, Principal]:
    """Reads {"spiffe://acme/brain": {"tenant": "acme", "roles": ["service"]}}; raises ValueError for other content.

    Names are those of the certificate's alternative names (URI, DNS, address), or CN= and its common name.
    """
    listed = json.loads(document)
    if not isinstance(listed, dict):
        raise ValueError("the file of principals must contain a JSON object")
    found = {}
    for name, entry in listed.items():
        tenant, roles = (entry.get("tenant"), entry.get("roles")) if isinstance(entry, dict) else (None, None)
        if not isinstance(tenant, str) or not isinstance(roles, list) or not roles or not set(map(str, roles)) <= ROLES:
            raise ValueError(f"the principal {name} needs a tenant and roles among {', '.join(sorted(ROLES))}")
        if not tenant and "operator" not in roles:
            raise ValueError(f"the principal {name} needs a tenant: only operators may omit it")
        found[name] = Principal(tenant, name, frozenset(map(str, roles)))
    return found
