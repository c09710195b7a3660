"""The services of the suite, in the order in which they start."""

import importlib
import importlib.util
from dataclasses import dataclass
from datetime import timedelta

from kit import ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service: a process of its own; most have a schema and a role of their own."""

    name: str
    """What people and log files call it."""
    module: str
    """Python package; `python -m <module>` runs it."""
    schema: str = ""
    """The Postgres schema that it owns; empty for none."""
    role: str = ""
    """The Postgres role as which it connects; neither owner nor above row level security. Empty: it keeps nothing."""
    port: int
    """The port unless another is set."""
    metrics_port: int
    """Where metrics are served over http unless it is taken."""
    needs: tuple[str, ...] = ()
    """Services whose schema and process come first."""
    side_ports: tuple[tuple[str, int], ...] = ()
    """More ports that it listens on: the variable that sets each, and the port unless it is taken."""
    fronts: bool = False
    """Whether it answers HTTP in front of the others, rather than gRPC, and takes its settings by its own name."""
    availability: str = ""
    """Module whose `why_off` says why an optional service cannot run here; empty: the service always can."""
    patience: timedelta = timedelta(seconds=60)
    """How long its start may take."""

    @property
    def prefix(self) -> str:
        """What begins the names of its own settings of where to listen."""
        return f"RADIANT_{self.name.upper()}_" if self.fronts else "RADIANT_"

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
        """The name under which the data folder keeps the role's password."""
        return f"{self.role}_password"

    @property
    def present(self) -> bool:
        """Whether the package is installed here."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def why_off(self) -> str:
        """Returns one sentence that says why the service is left out here and what to do, or ''."""
        if not self.availability:
            return ""
        reason: str = importlib.import_module(self.availability).why_off()
        return reason


SERVICES = (
    Service(
        name="ingest",
        module="ingest",
        schema="ingest",
        role="radiant_ingest",
        port=ports.INGEST,
        metrics_port=ports.INGEST_METRICS,
    ),
    Service(
        name="neural",
        module="neural",
        schema="neural",
        role="radiant_neural",
        port=ports.NEURAL,
        metrics_port=ports.NEURAL_METRICS,
        needs=("ingest",),
    ),
    Service(
        name="experiments",
        module="experiments",
        schema="experiments",
        role="radiant_experiments",
        port=ports.EXPERIMENTS,
        metrics_port=ports.EXPERIMENTS_METRICS,
        needs=("ingest", "neural"),
    ),
    Service(
        name="voice",
        module="voice",
        schema="voice",
        role="radiant_voice",
        port=ports.VOICE,
        metrics_port=ports.VOICE_METRICS,
        needs=("ingest",),
        availability="voice.engine.availability",
        patience=timedelta(minutes=5),  # a GPU that its libraries do not know yet compiles first
    ),
    Service(
        name="gateway",
        module="gateway",
        port=ports.GATEWAY,
        metrics_port=ports.GATEWAY_METRICS,
        needs=("ingest", "neural", "experiments"),
        fronts=True,
        side_ports=(("RADIANT_OTLP_GRPC_PORT", ports.GATEWAY_OTLP),),
    ),
)
"""Every service, dependencies first."""

KEEPERS = tuple(service for service in SERVICES if service.schema)
"""Those that keep something, in a schema and as a role of their own."""


def service_named(name: str) -> Service:
    """Returns the service; raises KeyError naming those that exist."""
    for service in SERVICES:
        if service.name == name:
            return service
    raise KeyError(f"There is no service {name!r}; there are {', '.join(each.name for each in SERVICES)}.")
