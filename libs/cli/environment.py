"""Environment variables and secrets of each service's process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cli.addresses import role_url
from cli.embedded.folder import DataFolder
from cli.services import SERVICES, SERVICES_WITH_SCHEMA, Service
from cli.settings import SuiteSettings
from kit.rpc.server import is_loopback

_TOKEN_KEY = "token_key"  # noqa: S105 - the name under which the key is kept
_AUDIT_KEY, _AUDIT_VARIABLE = "audit_key", "RADIANT_AUDIT_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of one service."""

    rpc: int
    """The port of gRPC, or of HTTP for the gateway."""
    metrics: int
    """The HTTP port of its metrics; 0 serves none."""
    additional: Mapping[str, int] = field(default_factory=dict)
    """Additional ports by the variable that sets each."""


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

    It contains the password of the service's own role, but neither the owner's URL nor other passwords.
    """
    return _without_owner_variables(base) | {
        "RADIANT_DATABASE_URL": role_url(owner_url, service.role, password),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_TOKEN_KEY": key,
        "RADIANT_AUDIO_URL": audio,
        "RADIANT_HOST": host,
        "RADIANT_PORT": str(ports.rpc),
        "RADIANT_METRICS_PORT": str(ports.metrics),
    }


def gateway_environ(
    base: Mapping[str, str],
    service: Service,
    ports: Ports,
    *,
    host: str,
    addresses: Mapping[str, str],
    redis_url: str,
    key: str,
) -> dict[str, str]:
    """Returns the environment of the gateway, which stores nothing but sign-outs.

    `addresses` contains the running services. `key` signs the tokens of development sign-in; empty disables it.
    """
    named = {each.name: addresses.get(each.name, "") for each in SERVICES if not each.is_gateway}
    variables = {f"{service.prefix}{name.upper()}_ADDRESS": address for name, address in named.items()}
    variables |= {variable: base.get(variable) or str(port) for variable, port in ports.additional.items()}
    return (
        _without_owner_variables(base)
        | variables
        | {
            "RADIANT_REDIS_URL": redis_url,
            "RADIANT_TOKEN_KEY": key,
            f"{service.prefix}HOST": host,
            f"{service.prefix}PORT": str(ports.rpc),
            f"{service.prefix}METRICS_PORT": str(ports.metrics),
        }
    )


def sign_in_key(settings: SuiteSettings, folder: DataFolder, service: Service) -> str:
    """Returns the key of development sign-in.

    It is empty, which disables the sign-in, when the token key was set or an address is not a loopback address.
    """
    reachable = not is_loopback(settings.host) or not is_loopback(settings.host_of(service))
    return "" if settings.token_key or reachable else token_key(settings, folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of the servers that a service needs."""

    owner_url: str = field(default="", repr=False)
    """PostgreSQL, as the owner of the schemas."""
    redis_url: str = field(default="", repr=False)
    """Valkey or Redis."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Running services, host:port by name."""


def explicit_settings(base: Mapping[str, str], service: Service) -> dict[str, str]:
    """Returns the variables of one service's process that are set in `base` and must not be replaced.

    The keys are addresses and ports. Secrets are not among them: `environ_of` decides which process gets which.
    """
    names = {f"{service.prefix}{name}" for name in ("HOST", "PORT", "METRICS_PORT")}
    names |= {variable for variable, _ in service.additional_ports}
    if service.is_gateway:
        names |= {f"{service.prefix}{each.name.upper()}_ADDRESS" for each in SERVICES if not each.is_gateway}
        names |= {"RADIANT_REDIS_URL"}
    else:
        names |= {"RADIANT_DATABASE_URL", "RADIANT_REDIS_URL", "RADIANT_AUDIO_URL"}
    return {name: base[name] for name in sorted(names) if base.get(name, "").strip()}


def environ_of(
    base: Mapping[str, str], settings: SuiteSettings, folder: DataFolder, service: Service, ports: Ports, at: Servers
) -> dict[str, str]:
    """Returns the environment of a service of this suite."""
    host = settings.host_of(service)
    if service.is_gateway:
        key = sign_in_key(settings, folder, service)
        return gateway_environ(base, service, ports, host=host, addresses=at.addresses, redis_url=at.redis_url, key=key)
    environ = service_environ(
        base,
        service,
        ports,
        host=host,
        owner_url=at.owner_url,
        redis_url=at.redis_url,
        password=role_passwords(settings, folder)[service.role],
        key=token_key(settings, folder),
        audio=audio_url(settings, folder),
    )
    return environ | audit_environ(base, folder) if service.name == "ingest" else environ


def audit_environ(base: Mapping[str, str], folder: DataFolder) -> dict[str, str]:
    """Returns the variable of the key that signs checkpoints of the audit log, for ingest alone."""
    return {_AUDIT_VARIABLE: base.get(_AUDIT_VARIABLE) or folder.secret(_AUDIT_KEY)}


def _without_owner_variables(base: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment without the variables that only the command line may read."""
    hidden = {"DATABASE_URL", "REDIS_URL", _AUDIT_VARIABLE, *(each.password_variable for each in SERVICES)}
    return {name: value for name, value in base.items() if name not in hidden}
