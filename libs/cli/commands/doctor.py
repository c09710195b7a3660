"""`radiant doctor`: what stands in the way, and what to do about it."""

from rich.markup import escape

from cli.checks import Level, findings
from cli.commands import Call

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


async def run(call: Call) -> int:
    """Prints one line a check; returns 1 when any failed."""
    worst = Level.OK
    async for finding in findings(call.settings):
        worst = max(worst, finding.level)
        mark = f"[{_COLOURS[finding.level]}]{finding.level.name:<4}[/]"
        advice = f" -> {finding.advice}" if finding.advice else ""
        line = f"{mark}  {escape(finding.what + advice)}"
        call.console.print(line, highlight=False, soft_wrap=True)
    return 1 if worst is Level.FAIL else 0
