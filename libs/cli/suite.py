"""The addresses of a running suite, which it publishes in <data>/suite.json."""

import os
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from cli.embedded import EmbeddedPostgres, EmbeddedValkey
from cli.embedded.folder import DataFolder
from cli.environment import sign_in_key
from cli.services import SERVICES
from cli.settings import SuiteSettings
from cli.tls import ServiceTls
from kit.auth.sign_in_links import PARAMETER, sign_in_code

_STATE = "suite"
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSuite:
    """Addresses of a suite that `radiant up` runs. They contain no secrets."""

    pid: int
    """Process id of `radiant up`."""
    services: dict[str, str]
    """Address by service name: host:port for gRPC, a URL for HTTP."""
    metrics: dict[str, str]
    """HTTP URL of the metrics by service name."""
    tls: dict[str, str] = field(default_factory=dict)
    """Files and name for TLS connections to the services, the fields of cli.tls.ServiceTls; empty without TLS."""

    @property
    def service_tls(self) -> ServiceTls:
        """TLS of connections to the services."""
        return ServiceTls(**self.tls)

    def write(self, folder: DataFolder) -> None:
        """Writes the addresses to the data folder."""
        folder.write_state(_STATE, asdict(self))

    @staticmethod
    def clear(folder: DataFolder) -> None:
        """Removes the addresses from the data folder."""
        folder.clear_state(_STATE)

    @classmethod
    def read(cls, folder: DataFolder) -> "RunningSuite | None":
        """Returns the suite that runs on the folder, or None."""
        state = folder.read_state(_STATE)
        if state is None:
            return None
        suite = cls(**cast(dict[str, Any], state))
        return suite if _is_running(suite.pid) else None


def console_url(suite: RunningSuite, settings: SuiteSettings, folder: DataFolder) -> str:
    """Returns the URL of the console; empty when no gateway runs.

    With development sign-in, it is a new one-time link that permits a browser to sign in.
    """
    gateway = next(each for each in SERVICES if each.is_gateway)
    shown, key = suite.services.get(gateway.name, ""), sign_in_key(settings, folder, gateway)
    if not shown:
        return ""
    return f"{shown}/console/signin?{PARAMETER}={sign_in_code(key)}" if key else f"{shown}/console"


def addresses(settings: SuiteSettings, folder: DataFolder) -> dict[str, str]:
    """Returns the services' addresses: those of the running suite, else those of the settings."""
    running = RunningSuite.read(folder)
    services = [each for each in SERVICES if not each.is_gateway and not each.unavailable_reason]
    if running is not None:
        return {each.name: running.services[each.name] for each in services if each.name in running.services}
    host = connectable_host(settings.host)
    return {each.name: f"{host}:{settings.ports.get(each.name, each.port)}" for each in services}


def connectable_host(host: str) -> str:
    """Returns a host that this machine can connect to, for a host that a server listens on."""
    return _WILDCARDS.get(host, host)


def database_url(settings: SuiteSettings, folder: DataFolder) -> str | None:
    """Returns the owner's URL: DATABASE_URL, else that of the embedded PostgreSQL if it runs."""
    if settings.database_url:
        return settings.database_url
    port = _port(folder, EmbeddedPostgres.name)
    return EmbeddedPostgres.url_at(folder, port) if port else None


def redis_url(settings: SuiteSettings, folder: DataFolder) -> str | None:
    """Returns REDIS_URL, else the address of the embedded Valkey if it runs."""
    if settings.redis_url:
        return settings.redis_url
    port = _port(folder, EmbeddedValkey.name)
    return EmbeddedValkey.url_at(folder, port) if port else None


def _port(folder: DataFolder, name: str) -> int:
    state = folder.read_state(name)
    return int(str(state["port"])) if state and _is_running(int(str(state["pid"]))) else 0


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
