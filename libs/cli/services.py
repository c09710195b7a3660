"""The services of the suite, in the order in which they are migrated."""

import functools
import importlib
import importlib.util
from dataclasses import dataclass
from datetime import timedelta

from kit import ports
from kit.settings.declaration import PREFIX
from kit.settings.service import CONFIG, ServiceSettings, setting_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service. Each has a process; most have a schema and a role."""

    name: str
    """Name in the command line and of the log file."""
    module: str
    """Python package; `python -m <module>` runs it."""
    settings: str
    """Class of its settings, as module:class."""
    schema: str = ""
    """Its PostgreSQL schema; empty for none."""
    role: str = ""
    """Its PostgreSQL role, which neither owns tables nor bypasses row-level security; empty for none."""
    port: int
    """Default port."""
    metrics_port: int
    """Default HTTP port of its metrics."""
    additional_ports: tuple[tuple[str, int], ...] = ()
    """Additional ports: the variable that sets each, and its default."""
    is_gateway: bool = False
    """Whether it is the gateway, which serves HTTP. Its variables begin with its name."""
    availability: str = ""
    """Module of an optional service with `unavailable_reason`, the reason why it cannot run; empty for others."""
    start_timeout: timedelta = timedelta(seconds=60)
    """Time limit of its start."""

    @property
    def prefix(self) -> str:
        """Prefix of its variables for host and ports."""
        return f"RADIANT_{self.name.upper()}_" if self.is_gateway else "RADIANT_"

    @property
    def port_variable(self) -> str:
        """The environment variable that sets the port for `radiant up`."""
        return f"RADIANT_{self.name.upper()}_PORT"

    @property
    def metrics_port_variable(self) -> str:
        """The environment variable that sets the port of its metrics for `radiant up`."""
        return f"RADIANT_{self.name.upper()}_METRICS_PORT"

    @property
    def password_variable(self) -> str:
        """The environment variable that sets the password of the service's role."""
        return f"RADIANT_{self.name.upper()}_PASSWORD"

    @property
    def secret(self) -> str:
        """Name of the role's password in the data folder."""
        return f"{self.role}_password"

    @property
    def variables(self) -> frozenset[str]:
        """Environment variables that its process reads: those that its settings declare."""
        return _variables(self.settings)

    @property
    def is_installed(self) -> bool:
        """Whether the package is installed."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def unavailable_reason(self) -> str:
        """Why the service cannot run on this machine and how to enable it; '' if it can."""
        if not self.availability:
            return ""
        reason: str = importlib.import_module(self.availability).unavailable_reason()
        return reason


@functools.cache
def _variables(settings: str) -> frozenset[str]:
    module, _, name = settings.partition(":")
    settings_class: type[ServiceSettings] = getattr(importlib.import_module(module), name)
    declared = [each.setting for each in setting_fields(settings_class)]
    names = {each.variable for each in declared} | {PREFIX + each.fallback for each in declared if each.fallback}
    return frozenset(names | {PREFIX + CONFIG})


SERVICES = (
    Service(
        name="ingest",
        module="ingest",
        settings="ingest.settings:IngestSettings",
        schema="ingest",
        role="radiant_ingest",
        port=ports.INGEST,
        metrics_port=ports.INGEST_METRICS,
    ),
    Service(
        name="neural",
        module="neural",
        settings="neural.settings:NeuralSettings",
        schema="neural",
        role="radiant_neural",
        port=ports.NEURAL,
        metrics_port=ports.NEURAL_METRICS,
    ),
    Service(
        name="experiments",
        module="experiments",
        settings="experiments.settings:ExperimentsSettings",
        schema="experiments",
        role="radiant_experiments",
        port=ports.EXPERIMENTS,
        metrics_port=ports.EXPERIMENTS_METRICS,
    ),
    Service(
        name="voice",
        module="voice",
        settings="voice.settings:VoiceSettings",
        schema="voice",
        role="radiant_voice",
        port=ports.VOICE,
        metrics_port=ports.VOICE_METRICS,
        availability="voice.engine.availability",
        start_timeout=timedelta(minutes=5),  # on a new GPU type CUDA kernels are compiled at the first start
    ),
    Service(
        name="gateway",
        module="gateway",
        settings="gateway.settings:GatewaySettings",
        port=ports.GATEWAY,
        metrics_port=ports.GATEWAY_METRICS,
        is_gateway=True,
        additional_ports=(("RADIANT_OTLP_GRPC_PORT", ports.GATEWAY_OTLP),),
    ),
)
"""All services, in the order of their dependencies."""

SERVICES_WITH_SCHEMA = tuple(service for service in SERVICES if service.schema)
"""Services with a schema and a role."""


def service_named(name: str) -> Service:
    """Returns the service; raises KeyError with the names of all services."""
    for service in SERVICES:
        if service.name == name:
            return service
    raise KeyError(f"There is no service {name!r}; there are {', '.join(each.name for each in SERVICES)}.")
