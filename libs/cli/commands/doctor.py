"""`radiant doctor`: checks the machine, the servers and the settings."""

from rich.markup import escape

from cli.checks.machine import findings
from cli.commands import Invocation
from kit.checks.finding import Level

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


async def run(invocation: Invocation) -> int:
    """Prints one line per finding; returns 1 when a check failed."""
    worst = Level.OK
    async for finding in findings(invocation.settings):
        worst = max(worst, finding.level)
        mark = f"[{_COLOURS[finding.level]}]{finding.level.name:<4}[/]"
        advice = f" -> {finding.advice}" if finding.advice else ""
        line = f"{mark}  {escape(finding.observation + advice)}"
        invocation.console.print(line, highlight=False, soft_wrap=True)
    return 1 if worst is Level.FAIL else 0
