"""Environment variables and secrets of each service's process.

A process gets the variables that its settings declare, and variables of the system that contain no secrets of the
suite. All other variables of the caller are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cli.addresses import role_url
from cli.embedded.folder import DataFolder
from cli.services import SERVICES, SERVICES_WITH_SCHEMA, Service
from cli.settings import SuiteSettings
from cli.tls import ServiceTls
from kit.settings.addresses import is_loopback

_TOKEN_KEY = "token_key"  # noqa: S105 - the name under which the key is kept
_AUDIT_KEY, _AUDIT_VARIABLE = "audit_key", "RADIANT_AUDIT_KEY"

SYSTEM_VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("VIRTUAL_ENV", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    }
)
"""Variables of the system that every process gets."""
SYSTEM_PREFIXES: tuple[str, ...] = ("LC_", "PYTHON", "GRPC_", "OTEL_", "MALLOC_", "COV_", "COVERAGE_")
"""Beginnings of further variables that every process gets."""
DATABASE_PREFIXES = ("PGSSL",)
"""Beginnings of variables of services with a database role; the password is part of RADIANT_DATABASE_URL."""
ENGINE_PREFIXES = ("CUDA_", "NVIDIA_", "HF_", "OMP_", "MKL_", "KMP_", "OPENBLAS_", "CT2_")
"""Beginnings of variables of the speech models, for the process of voice."""
BUCKET_PREFIXES = {"s3": ("AWS_",), "gs": ("GOOGLE_",), "az": ("AZURE_", "IDENTITY_", "MSI_")}
"""Beginnings of the variables with the credentials of a bucket, by the scheme of RADIANT_AUDIO_URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of one service."""

    rpc: int
    """The port of gRPC, or of HTTP for the gateway."""
    metrics: int
    """The HTTP port of its metrics; 0 serves none."""
    additional: Mapping[str, int] = field(default_factory=dict)
    """Additional ports by the variable that sets each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of the servers that a service needs."""

    owner_url: str = field(default="", repr=False)
    """PostgreSQL, as the owner of the schemas."""
    redis_url: str = field(default="", repr=False)
    """Valkey or Redis."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Running services, host:port by name."""
    tls: ServiceTls = field(default_factory=ServiceTls)
    """TLS of connections to these services."""


def role_passwords(settings: SuiteSettings, folder: DataFolder) -> dict[str, str]:
    """Returns the password of each service's role: the one that is set, else a generated one in the data folder."""
    return {
        service.role: settings.passwords.get(service.role) or folder.secret(service.secret)
        for service in SERVICES_WITH_SCHEMA
    }


def token_key(settings: SuiteSettings, folder: DataFolder) -> str:
    """Returns the key of development tokens: the one that is set, else a generated one in the data folder."""
    return settings.token_key or folder.secret(_TOKEN_KEY)


def audio_url(settings: SuiteSettings, folder: DataFolder) -> str:
    """Returns the URL of the recordings: the one that is set, else `audio` in the data folder."""
    return settings.audio_url or str(folder.path / "audio")


def sign_in_key(settings: SuiteSettings, folder: DataFolder, service: Service) -> str:
    """Returns the key of development sign-in.

    It is empty, which disables the sign-in, when the token key was set, an identity provider is configured, or an
    address is not a loopback address.
    """
    reachable = not is_loopback(settings.host) or not is_loopback(settings.host_of(service))
    return "" if settings.token_key or settings.has_provider or reachable else token_key(settings, folder)


def service_environ(
    base: Mapping[str, str],
    service: Service,
    ports: Ports,
    *,
    host: str,
    owner_url: str,
    redis_url: str,
    password: str,
    key: str,
    audio: str,
) -> dict[str, str]:
    """Returns the environment of one service.

    It contains the password of the service's own role, but neither the owner's URL nor other passwords. An empty `key`
    is left out.
    """
    computed = {
        "RADIANT_DATABASE_URL": role_url(owner_url, service.role, password),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_AUDIO_URL": audio,
        "RADIANT_HOST": host,
        "RADIANT_PORT": str(ports.rpc),
        "RADIANT_METRICS_PORT": str(ports.metrics),
        "RADIANT_TOKEN_KEY": key,
        **{variable: str(port) for variable, port in ports.additional.items()},
    }
    if not key:
        del computed["RADIANT_TOKEN_KEY"]
        base = {name: value for name, value in base.items() if name != "RADIANT_TOKEN_KEY"}
    return dict(_allowed({**base, **computed}, service))


def gateway_environ(
    base: Mapping[str, str], service: Service, ports: Ports, *, host: str, at: Servers, key: str
) -> dict[str, str]:
    """Returns the environment of the gateway, which stores nothing but sign-outs.

    `key` signs the tokens of development sign-in; empty disables it.
    """
    named = {each.name: at.addresses.get(each.name, "") for each in SERVICES if not each.is_gateway}
    computed = {f"{service.prefix}{name.upper()}_ADDRESS": address for name, address in named.items()}
    computed |= {variable: base.get(variable) or str(port) for variable, port in ports.additional.items()}
    computed |= at.tls.gateway_variables()
    computed |= {
        "RADIANT_REDIS_URL": at.redis_url,
        "RADIANT_TOKEN_KEY": key,
        f"{service.prefix}HOST": host,
        f"{service.prefix}PORT": str(ports.rpc),
        f"{service.prefix}METRICS_PORT": str(ports.metrics),
    }
    return dict(_allowed({**base, **computed}, service))


def explicit_settings(base: Mapping[str, str], service: Service) -> dict[str, str]:
    """Returns the variables of one service's process that are set in `base` and must not be replaced.

    The keys are addresses, ports and files. Secrets are not among them: `environ_of` decides which process gets which.
    """
    names = {f"{service.prefix}{name}" for name in ("HOST", "PORT", "METRICS_PORT")}
    names |= {variable for variable, _ in service.additional_ports}
    if service.is_gateway:
        names |= {f"{service.prefix}{each.name.upper()}_ADDRESS" for each in SERVICES if not each.is_gateway}
        names |= {"RADIANT_REDIS_URL", *ServiceTls().gateway_variables()}
    else:
        names |= {"RADIANT_DATABASE_URL", "RADIANT_REDIS_URL", "RADIANT_AUDIO_URL", "RADIANT_TLS_CLIENT_PORT"}
    return {name: base[name] for name in sorted(names) if base.get(name, "").strip() and name in service.variables}


def environ_of(
    base: Mapping[str, str], settings: SuiteSettings, folder: DataFolder, service: Service, ports: Ports, at: Servers
) -> dict[str, str]:
    """Returns the environment of a service of this suite."""
    host = settings.host_of(service)
    if service.is_gateway:
        return gateway_environ(base, service, ports, host=host, at=at, key=sign_in_key(settings, folder, service))
    environ = service_environ(
        base,
        service,
        ports,
        host=host,
        owner_url=at.owner_url,
        redis_url=at.redis_url,
        password=role_passwords(settings, folder)[service.role],
        key="" if settings.has_provider else token_key(settings, folder),
        audio=audio_url(settings, folder),
    )
    return environ | audit_environ(base, folder) if service.name == "ingest" else environ


def audit_environ(base: Mapping[str, str], folder: DataFolder) -> dict[str, str]:
    """Returns the variable of the key that signs checkpoints of the audit log, for ingest alone."""
    return {_AUDIT_VARIABLE: base.get(_AUDIT_VARIABLE) or folder.secret(_AUDIT_KEY)}


def system_environ(base: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables of the system, which contain no secrets of the suite."""
    return {name: value for name, value in base.items() if name in SYSTEM_VARIABLES or name.startswith(SYSTEM_PREFIXES)}


def _allowed(variables: Mapping[str, str], service: Service) -> Iterator[tuple[str, str]]:
    """Yields the variables that the process of a service may have."""
    prefixes = SYSTEM_PREFIXES
    if service.schema:
        prefixes += DATABASE_PREFIXES
    if service.name == "voice":
        prefixes += ENGINE_PREFIXES
    if "RADIANT_AUDIO_URL" in service.variables:
        prefixes += BUCKET_PREFIXES.get(urlsplit(variables.get("RADIANT_AUDIO_URL", "")).scheme, ())
    names = SYSTEM_VARIABLES | service.variables
    for name, value in variables.items():
        if name in names or name.startswith(prefixes):
            yield name, value
