"""`radiant up`: runs the whole suite in the foreground until Ctrl-C."""

import asyncio
import functools
import importlib
import os
import signal
from dataclasses import asdict

from cli.commands import Invocation
from cli.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedValkey
from cli.embedded.folder import DataFolder
from cli.environment import Ports, Servers, environ_of, role_passwords
from cli.ports import additional_ports_set, choose_ports
from cli.processes.service_process import ServiceProcess, answers_grpc, answers_http, answers_https
from cli.processes.supervisor import Part, Supervisor
from cli.schemas import apply_all
from cli.services import SERVICES, Service
from cli.suite import RunningSuite, connectable_host, console_url
from cli.tls import service_tls
from radiant_client import Tls


async def run(invocation: Invocation) -> int:
    """Starts the servers, then the services, waits for a signal, and stops them in reverse order."""
    folder = DataFolder(invocation.settings.data)
    with folder.locked():
        await asyncio.to_thread(folder.make_private)
        supervisor = Supervisor()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            suite = await _start(invocation, folder, supervisor)
            if invocation.arguments.demo:
                await importlib.import_module("cli.commands.demo").run_once(invocation)
            invocation.print("The suite is up. Press Ctrl-C to stop it. Console:")
            invocation.print(console_url(suite, invocation.settings, folder))
            await supervisor.run()
        except asyncio.CancelledError:
            invocation.print("Stopping ...")
        finally:
            RunningSuite.clear(folder)
            await supervisor.stop()
    invocation.print("Stopped. The data is kept in " + str(folder.path))
    return 0


async def _start(invocation: Invocation, folder: DataFolder, supervisor: Supervisor) -> RunningSuite:
    owner_url, redis_url = await _start_servers(invocation, folder, supervisor)
    applied = await apply_all(owner_url, role_passwords(invocation.settings, folder))
    count = sum(len(each) for each in applied.values())
    invocation.print(f"schemas     {f'{count} migrations applied' if count else 'up to date'}")
    host = connectable_host(invocation.settings.host)
    tls = await asyncio.to_thread(service_tls, invocation.settings, host)
    certificates = tls.load()
    parts, shown, metrics, addresses = list[Part](), dict[str, str](), dict[str, str](), dict[str, str]()
    for service in SERVICES:
        if reason := service.unavailable_reason:
            invocation.print(f"{service.name:<11} {reason}")
            continue
        explicit = additional_ports_set(service, invocation.environ)
        ports = choose_ports(service, invocation.settings, invocation.print, explicit)
        at = Servers(owner_url=owner_url, redis_url=redis_url, addresses=addresses, tls=tls)
        environ = environ_of(invocation.environ, invocation.settings, folder, service, ports, at)
        part = _process(invocation, folder, service, ports, environ, certificates)
        parts.append(part)
        addresses[service.name] = part.address
        scheme = ("https://" if invocation.settings.gateway_tls else "http://") if service.is_gateway else ""
        shown[service.name] = scheme + part.address
        metrics[service.name] = f"http://127.0.0.1:{ports.metrics}/metrics"
    await supervisor.add_all(
        parts,
        lambda part: invocation.print(f"{part.name:<11} {shown[part.name]}, metrics at {metrics[part.name]}"),
    )
    suite = RunningSuite(pid=os.getpid(), services=shown, metrics=metrics, tls=asdict(tls) if tls.ca else {})
    suite.write(folder)
    return suite


async def _start_servers(invocation: Invocation, folder: DataFolder, supervisor: Supervisor) -> tuple[str, str]:
    """Returns the addresses of PostgreSQL and Redis; starts the embedded servers for those that are not set."""
    embedded: dict[str, EmbeddedServer] = {}
    if not invocation.settings.database_url:
        embedded["postgres"] = EmbeddedPostgres(folder.path)
    if not invocation.settings.redis_url:
        embedded["redis"] = EmbeddedValkey(folder.path)
    await supervisor.add_all(list(embedded.values()), lambda _: None)
    for setting, kind in (("DATABASE_URL", "postgres"), ("REDIS_URL", "redis")):
        server = embedded.get(kind)
        if server is None:
            invocation.print(f"{kind:<11} {setting}")
        else:
            invocation.print(f"{server.name:<11} 127.0.0.1:{server.port}, data in {server.folder}")
    return (
        embedded["postgres"].url if "postgres" in embedded else invocation.settings.database_url,
        embedded["redis"].url if "redis" in embedded else invocation.settings.redis_url,
    )


def _process(
    invocation: Invocation,
    folder: DataFolder,
    service: Service,
    ports: Ports,
    environ: dict[str, str],
    certificates: Tls | None,
) -> ServiceProcess:
    host = connectable_host(invocation.settings.host_of(service))
    ready = functools.partial(answers_grpc, tls=certificates)
    if service.is_gateway:
        ready = functools.partial(answers_https if invocation.settings.gateway_tls else answers_http)
    return ServiceProcess(
        service.name,
        service.module,
        environ=environ,
        address=f"{host}:{ports.rpc}",
        log=folder.log_path(service.name),
        ready=ready,
        start_timeout=service.start_timeout,
    )
