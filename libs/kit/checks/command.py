"""The option --check of a service's process: checks its settings and its servers instead of serving."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from kit.checks.finding import Finding, Level, fail, ok
from kit.settings.declaration import SettingsError

S = TypeVar("S")
Checks = Callable[[S, bool], AsyncIterator[Finding]]
"""Yields the findings about settings; the second argument states whether rules of production apply."""

PASSED, FAILED, BAD_SETTINGS = 0, 1, 2
"""Exit codes."""
END = "exit_code"
"""Member of the last line with --json. A process whose output ends earlier has not completed its checks."""


def arguments_of(name: str, words: Sequence[str]) -> argparse.Namespace:
    """Returns the parsed arguments of a service's process. Exits with 2 for unknown ones."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=f"Runs {name} until SIGTERM or SIGINT.")
    parser.add_argument("--check", action="store_true", help="check settings and servers instead, and exit")
    parser.add_argument("--check-settings", action="store_true", help="check the settings alone, and exit")
    parser.add_argument("--production", action="store_true", help="apply the rules of production to the check")
    parser.add_argument("--json", action="store_true", help="print one JSON object per finding")
    return parser.parse_args(words)


def run_checks(
    load_settings: Callable[[Mapping[str, str]], S],
    environ: Mapping[str, str],
    checks: Checks[S] | None,
    given: argparse.Namespace,
    run_loop: Callable[[Coroutine[Any, Any, None]], None],
) -> int:
    """Prints the findings about a process with this environment and returns the exit code."""
    findings: list[Finding] = []

    def show(finding: Finding) -> None:
        findings.append(finding)
        _print(finding.to_json() if given.json else finding.line())

    try:
        settings = load_settings(environ)
    except SettingsError as error:
        show(fail(str(error), "correct the variables; docs/settings.md lists them"))
        code = BAD_SETTINGS
    else:
        show(ok("the settings are valid"))
        if checks is not None and not given.check_settings:
            run_loop(_shown(checks(settings, given.production), show))
        code = FAILED if any(each.level is Level.FAIL for each in findings) else PASSED
    if given.json:
        _print(json.dumps({END: code}))
    return code


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _shown(findings: AsyncIterator[Finding], show: Callable[[Finding], None]) -> None:
    async for finding in findings:
        show(finding)
