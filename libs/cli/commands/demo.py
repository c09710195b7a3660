"""`radiant demo`: plays a day of simulated traffic against the suite that runs on the data folder."""

import asyncio
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.commands import Call
from cli.demo.link import Link
from cli.demo.play import REQUESTS_DEFAULT, Played, play
from cli.demo.report import lines, show
from cli.demo.world import RecordedWorld, SimulatedWorld, TableError, World
from cli.embedded.folder import DataFolder
from cli.environment import token_key
from cli.suite import RunningSuite, console_url
from radiant_client import RadiantClientError

_STATE = "demo"
"""Name of the state in the data folder that records the last play."""


async def run_once(call: Call) -> None:
    """Plays the demonstration unless it was played on this data folder before."""
    folder = DataFolder(call.settings.data)
    played = folder.read_state(_STATE)
    if played is None:
        await run(call)
        return
    call.print(
        f"The demonstration was played on this data folder at {played['finished']}. `radiant demo` plays it again."
    )


async def run(call: Call) -> int:
    """Plays the demonstration and prints the report.

    Returns 1 when no suite runs or the play fails, 2 for an unusable table.
    """
    given, settings = call.arguments, call.settings
    folder = DataFolder(settings.data) if settings.data.exists() else None
    suite = RunningSuite.read(folder) if folder else None
    if folder is None or suite is None:
        call.print(f"No suite runs on {settings.data}: start one with `radiant up`, or set RADIANT_DATA to its folder.")
        return 1
    try:
        world = await asyncio.to_thread(_world, call)
    except (TableError, OSError) as problem:
        call.print(f"The demonstration cannot be played: {problem}")
        return 2
    link = Link(ingest=suite.services["ingest"], neural=suite.services["neural"], key=token_key(settings, folder))
    try:
        played = await _play(call, world, link)
    except RadiantClientError as problem:
        call.print(f"The demonstration failed: {problem}. Logs are in {folder.path / 'logs'}.")
        return 1
    folder.write_state(_STATE, {"finished": datetime.now(UTC).isoformat(timespec="seconds"), "seed": given.seed})
    if given.quiet:
        for line in lines(world, played, given.seed):
            call.print(line)
    else:
        show(call.console, world, played, suite.services)
        if given.command == "demo":
            call.print(f"The console:\n{console_url(suite)}")
    return 0


def _world(call: Call) -> World:
    given = call.arguments
    if given.data:
        return RecordedWorld(given.data, given.seed)
    return SimulatedWorld(given.seed)


async def _play(call: Call, world: World, link: Link) -> Played:
    given, count = call.arguments, call.arguments.events or REQUESTS_DEFAULT
    if not given.quiet:
        call.print(f"\nPlaying a day of {count:,} requests ...")
    columns = TextColumn("requests"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=_bar_console(call), transient=True, disable=given.quiet) as bar:
        task = bar.add_task("", total=count)
        return await play(world, link, count=count, seed=given.seed, progress=lambda: bar.advance(task))


def _bar_console(call: Call) -> Console:
    """Returns the console if it can redraw a line, else a console without output."""
    return call.console if call.console.is_terminal else Console(quiet=True)
