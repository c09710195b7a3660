"""The option --check of a service's process: checks its settings and its servers instead of serving."""

from __future__ import annotations

import argparse
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
    worst = Level.OK

    def show(finding: Finding) -> None:
        nonlocal worst
        worst = max(worst, finding.level)
        sys.stdout.write((finding.to_json() if given.json else finding.line()) + "\n")
        sys.stdout.flush()

    try:
        settings = load_settings(environ)
    except SettingsError as error:
        show(fail(str(error), "correct the variables; docs/settings.md lists them"))
        return BAD_SETTINGS
    show(ok("the settings are valid"))
    if checks is not None and not given.check_settings:
        run_loop(_shown(checks(settings, given.production), show))
    return FAILED if worst is Level.FAIL else PASSED


async def _shown(findings: AsyncIterator[Finding], show: Callable[[Finding], None]) -> None:
    async for finding in findings:
        show(finding)
