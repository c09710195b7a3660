"""The ports on which a service listens: those that are set, else its defaults, else free ones."""

from collections.abc import Callable, Collection, Mapping

from cli.embedded.folder import EmbeddedError
from cli.embedded.process import free_port, port_is_free
from cli.environment import Ports
from cli.services import SERVICES_WITH_SCHEMA, Service
from cli.settings import SuiteSettings

_CLIENT_PORT = "RADIANT_TLS_CLIENT_PORT"


def choose_ports(
    service: Service, settings: SuiteSettings, report: Callable[[str], None], explicit: Collection[str] = ()
) -> Ports:
    """Returns the ports of a service.

    A default port that is busy is replaced by a free one; `report` is called with a line that contains the port and the
    setting that changes it. Variables in `explicit` are set for the process of the service:
    their ports are not examined.
    Raises EmbeddedError when a port that was set by RADIANT_<SERVICE>_PORT is busy.
    """

    def choose(variable: str, port: int, label: str, advised: str) -> int:
        if variable in explicit or port_is_free(port):
            return port
        other = free_port()
        report(f"Port {port} of {label} is in use by another process; using {other}. Set {advised} to choose a port.")
        return other

    name, wanted = service.name, settings.ports.get(service.name)
    if wanted is not None and not port_is_free(wanted):
        raise EmbeddedError(
            f"Port {wanted} of {name} is in use by another process. "
            f"Set {service.port_variable} to a free port, or unset it to use any free port."
        )
    rpc = wanted or choose(f"{service.prefix}PORT", service.port, name, service.port_variable)
    metrics_variable = f"{service.prefix}METRICS_PORT"
    advised = metrics_variable if service.is_gateway else service.metrics_port_variable
    metrics = settings.metrics_ports.get(name) or choose(
        metrics_variable, service.metrics_port, f"{name} metrics", advised
    )
    additional = {variable: choose(variable, port, name, variable) for variable, port in service.additional_ports}
    if settings.tls_client_port and service.schema:
        port = settings.tls_client_port + SERVICES_WITH_SCHEMA.index(service)
        if _CLIENT_PORT not in explicit and not port_is_free(port):
            raise EmbeddedError(
                f"Port {port} of {name} is in use by another process. "
                f"Set {_CLIENT_PORT} to the first of {len(SERVICES_WITH_SCHEMA)} free ports."
            )
        additional[_CLIENT_PORT] = port
    return Ports(rpc=rpc, metrics=metrics, additional=additional)


def additional_ports_set(service: Service, environ: Mapping[str, str]) -> list[str]:
    """Returns the variables of the service's additional ports that the environment sets."""
    return [variable for variable, _ in service.additional_ports if environ.get(variable, "").strip()]
