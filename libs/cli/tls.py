"""TLS of connections to the services of a suite: authorities, the name in the certificate, and a client certificate."""

from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography import x509

from cli.embedded.folder import EmbeddedError
from cli.settings import SuiteSettings
from kit.settings.declaration import SettingsError
from radiant_client import Tls


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTls:
    """Paths of PEM files, each empty if not used. Without `ca` connections are not encrypted."""

    ca: str = ""
    """Authorities, or the certificate of the services itself."""
    name: str = ""
    """Name that the certificate contains; empty selects the host of each address."""
    cert: str = ""
    """Client certificate for services that require one."""
    key: str = ""
    """Private key of the client certificate."""

    def load(self) -> Tls | None:
        """Reads the files; None without TLS. Raises EmbeddedError when a file cannot be read."""
        if not self.ca:
            return None
        return Tls(
            root_certificates=_content(self.ca),
            certificate=_content(self.cert) if self.cert else None,
            key=_content(self.key) if self.key else None,
            server_name=self.name,
        )

    def gateway_variables(self) -> dict[str, str]:
        """Returns the variables of the gateway with these files."""
        names = {"ca": "CA", "name": "NAME", "cert": "CERT", "key": "KEY"}
        return {f"RADIANT_GATEWAY_SERVICES_{names[name]}": value for name, value in asdict(self).items()}


def service_tls(settings: SuiteSettings, host: str) -> ServiceTls:
    """Returns the TLS of connections to services that `radiant up` runs at a host with the certificate of the settings.

    Without RADIANT_GATEWAY_SERVICES_CA, the certificate itself is trusted. Without RADIANT_GATEWAY_SERVICES_NAME, a
    name of the certificate is expected if the certificate does not contain the host. Raises SettingsError when services
    require client certificates on their only port and none is configured, and EmbeddedError for an unusable file.
    """
    if not settings.tls_cert:
        return ServiceTls()
    if settings.tls_client_ca and not settings.tls_client_port and not settings.gateway_services_cert:
        raise SettingsError(
            "RADIANT_TLS_CLIENT_CA requires a client certificate of every caller, also of the gateway and of "
            "`radiant up`. Set RADIANT_TLS_CLIENT_PORT to require it on a second port only, or set "
            "RADIANT_GATEWAY_SERVICES_CERT and RADIANT_GATEWAY_SERVICES_KEY."
        )
    return ServiceTls(
        ca=_absolute(settings.gateway_services_ca or settings.tls_cert),
        name=settings.gateway_services_name or certificate_name(Path(settings.tls_cert), host),
        cert=_absolute(settings.gateway_services_cert),
        key=_absolute(settings.gateway_services_key),
    )


def certificate_name(path: Path, host: str) -> str:
    """Returns a name that the first certificate of a PEM file contains; '' if the certificate contains the host."""
    try:
        certificate = x509.load_pem_x509_certificates(_content(str(path)))[0]
    except ValueError as problem:
        raise EmbeddedError(f"RADIANT_TLS_CERT: {path} contains no certificate in PEM format.") from problem
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(common[0].value) if common else ""
    hosts = [str(each) for each in names.get_values_for_type(x509.IPAddress)]
    domains = names.get_values_for_type(x509.DNSName)
    if host.strip("[]") in (*hosts, *domains):
        return ""
    if domains:
        return domains[0].replace("*", "radiant", 1)
    return hosts[0] if hosts else ""


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().resolve()) if path else ""


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise EmbeddedError(f"{path} cannot be read: {problem.strerror}.") from problem
