"""`radiant doctor`: checks the machine, the servers and the settings of each service."""

from rich.markup import escape

from cli.checks.doctor import development_findings, production_findings
from cli.commands import Invocation
from kit.checks.finding import Finding, Level

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


async def run(invocation: Invocation) -> int:
    """Prints one line per finding; returns 1 when a check failed."""
    given, worst = invocation.arguments, Level.OK
    if given.production:
        findings = production_findings(invocation.settings, invocation.environ, given.environments)
    else:
        findings = development_findings(invocation.settings, invocation.environ)
    async for finding in findings:
        worst = max(worst, finding.level)
        _print(invocation, finding)
    return 1 if worst is Level.FAIL else 0


def _print(invocation: Invocation, finding: Finding) -> None:
    if invocation.arguments.json:
        invocation.print(finding.to_json())
        return
    level, _, rest = finding.line().partition(" ")
    rest = rest.strip()
    line = f"[{_COLOURS[finding.level]}]{level:<4}[/]  {escape(rest)}"
    invocation.console.print(line, highlight=False, soft_wrap=True)
