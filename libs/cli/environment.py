"""What a service's process is told through its environment, and the secrets behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cli.addresses import role_url
from cli.embedded.folder import DataFolder
from cli.services import SERVICES, Service
from cli.settings import SuiteSettings

_TOKEN_KEY = "token_key"  # noqa: S105 - the name under which the key is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where one service listens."""

    rpc: int
    """The gRPC port."""
    metrics: int
    """The http port of its metrics; 0 serves none."""


def role_passwords(settings: SuiteSettings, folder: DataFolder) -> dict[str, str]:
    """Returns the password of every service's role: the one set, else the folder's own, made when new."""
    return {service.role: settings.passwords.get(service.role) or folder.secret(service.secret) for service in SERVICES}


def token_key(settings: SuiteSettings, folder: DataFolder) -> str:
    """Returns the key of development tokens: the one set, else the folder's own, made when new."""
    return settings.token_key or folder.secret(_TOKEN_KEY)


def audio_url(settings: SuiteSettings, folder: DataFolder) -> str:
    """Returns where recordings are kept: the place set, else a folder of the data folder's own."""
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

    The owner's address and other services' passwords stay behind: a service knows its own role alone.
    """
    hidden = {"DATABASE_URL", "REDIS_URL", *(each.password_variable for each in SERVICES)}
    return {name: value for name, value in base.items() if name not in hidden} | {
        "RADIANT_DATABASE_URL": role_url(owner_url, service.role, password),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_TOKEN_KEY": key,
        "RADIANT_AUDIO_URL": audio,
        "RADIANT_HOST": host,
        "RADIANT_PORT": str(ports.rpc),
        "RADIANT_METRICS_PORT": str(ports.metrics),
    }
