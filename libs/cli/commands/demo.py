"""`radiant demo`: plays a day of simulated traffic against the suite that runs on the data folder."""

import asyncio
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.commands import Invocation
from cli.demo.clients import ClientFactory
from cli.demo.play import REQUESTS_DEFAULT, PlayResult, play
from cli.demo.report import lines, show
from cli.demo.tables import TableError
from cli.demo.workload import RecordedWorkload, SimulatedWorkload, Workload
from cli.embedded.folder import DataFolder
from cli.environment import token_key
from cli.suite import RunningSuite, console_url
from radiant_client import RadiantClientError

_STATE = "demo"
"""Name of the state in the data folder that records the last play."""


async def run_once(invocation: Invocation) -> None:
    """Plays the demonstration unless it was played on this data folder before."""
    folder = DataFolder(invocation.settings.data)
    played = folder.read_state(_STATE)
    if played is None:
        await run(invocation)
        return
    invocation.print(
        f"The demonstration was played on this data folder at {played['finished']}. `radiant demo` plays it again."
    )


async def run(invocation: Invocation) -> int:
    """Plays the demonstration and prints the report.

    Returns 1 when no suite runs or the play fails, 2 for an unusable table.
    """
    given, settings = invocation.arguments, invocation.settings
    folder = DataFolder(settings.data) if settings.data.exists() else None
    suite = RunningSuite.read(folder) if folder else None
    if folder is None or suite is None:
        invocation.print(
            f"No suite runs on {settings.data}: start one with `radiant up`, or set RADIANT_DATA to its folder."
        )
        return 1
    try:
        workload = await asyncio.to_thread(_workload, invocation)
    except (TableError, OSError) as problem:
        invocation.print(f"The demonstration cannot be played: {problem}")
        return 2
    clients = ClientFactory(
        ingest=suite.services["ingest"],
        neural=suite.services["neural"],
        key=token_key(settings, folder),
        tls=suite.service_tls.load(),
    )
    try:
        played = await _play(invocation, workload, clients)
    except RadiantClientError as problem:
        invocation.print(f"The demonstration failed: {problem}. Logs are in {folder.path / 'logs'}.")
        return 1
    folder.write_state(_STATE, {"finished": datetime.now(UTC).isoformat(timespec="seconds"), "seed": given.seed})
    if given.quiet:
        for line in lines(workload, played, given.seed):
            invocation.print(line)
    else:
        show(invocation.console, workload, played, suite.services)
        if given.command == "demo":
            invocation.print(f"The console:\n{console_url(suite, settings, folder)}")
    return 0


def _workload(invocation: Invocation) -> Workload:
    given = invocation.arguments
    if given.data:
        return RecordedWorkload(given.data, given.seed)
    return SimulatedWorkload(given.seed)


async def _play(invocation: Invocation, workload: Workload, clients: ClientFactory) -> PlayResult:
    given, count = invocation.arguments, invocation.arguments.events or REQUESTS_DEFAULT
    if not given.quiet:
        invocation.print(f"\nPlaying a day of {count:,} requests ...")
    columns = TextColumn("requests"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=_bar_console(invocation), transient=True, disable=given.quiet) as bar:
        task = bar.add_task("", total=count)
        return await play(workload, clients, count=count, seed=given.seed, progress=lambda: bar.advance(task))


def _bar_console(invocation: Invocation) -> Console:
    """Returns the console if it can redraw a line, else a console without output."""
    return invocation.console if invocation.console.is_terminal else Console(quiet=True)
