"""Which ports the services take."""

from collections.abc import Callable

from cli.embedded.folder import EmbeddedError
from cli.embedded.process import free_port, port_is_free
from cli.environment import Ports
from cli.services import Service
from cli.settings import SuiteSettings


def choose_ports(service: Service, settings: SuiteSettings, tell: Callable[[str], None]) -> Ports:
    """Returns the ports of the service.

    A port that was set must be free, else EmbeddedError says so; a default that is taken gives way to a free
    one, and `tell` is told.
    """
    wanted = settings.ports.get(service.name)
    if wanted is None:
        rpc = _free_or_other(service.port, f"{service.name} would listen", tell)
    elif port_is_free(wanted):
        rpc = wanted
    else:
        raise EmbeddedError(
            f"Port {wanted} is taken by another process. Set {service.port_variable} to a free port, "
            "or unset it to let one be chosen."
        )
    metrics = _free_or_other(service.metrics_port, f"{service.name} would show metrics", tell)
    sides = {name: _free_or_other(port, f"{service.name} would listen, too", tell) for name, port in service.side_ports}
    return Ports(rpc=rpc, metrics=metrics, sides=sides)


def _free_or_other(port: int, who: str, tell: Callable[[str], None]) -> int:
    if port_is_free(port):
        return port
    other = free_port()
    tell(f"Port {port}, where {who}, is taken by another process; using {other}.")
    return other
