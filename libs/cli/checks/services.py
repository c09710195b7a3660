"""Checks of the services of a suite: each service checks its own settings in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cli.services import Service
from kit.checks.command import END
from kit.checks.finding import Finding, fail

TIMEOUT = timedelta(seconds=60)
_OUTPUT_LINES_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCheck:
    """A service to check."""

    service: Service
    environ: Mapping[str, str] = field(repr=False)
    """Environment of its process."""
    is_settings_only: bool = False
    """Whether its servers are left out, for example because they do not run yet."""


async def findings_of_services(checks: Sequence[ServiceCheck], *, is_production: bool) -> AsyncIterator[Finding]:
    """Runs `python -m <service> --check` for all services at the same time; yields the findings by service."""
    tasks = [asyncio.create_task(_findings(check, is_production=is_production)) for check in checks]
    for check, task in zip(checks, tasks, strict=True):
        for finding in await task:
            yield replace(finding, observation=f"{check.service.name}: {finding.observation}")


async def _findings(check: ServiceCheck, *, is_production: bool) -> list[Finding]:
    options = ["--check-settings" if check.is_settings_only else "--check", "--json"]
    options += ["--production"] if is_production else []
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", check.service.module, *options),
        env=dict(check.environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(TIMEOUT.total_seconds()):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return [fail(f"the check does not end within {TIMEOUT.total_seconds():g} s", "see the servers of the service")]
    lines = [line for line in output.decode(errors="replace").splitlines() if line.startswith("{")]
    is_complete = bool(lines) and END in lines[-1]  # the exit code may differ: native libraries can fail at the exit
    try:
        found = [Finding.from_json(line) for line in (lines[:-1] if is_complete else lines)]
    except (ValueError, KeyError, TypeError):
        found, is_complete = [], False
    if not is_complete:
        cause = " ".join(errors.decode(errors="replace").splitlines()[-_OUTPUT_LINES_MAX:])
        found.append(fail(f"the check ended with code {process.returncode}: {cause}", "correct the cause"))
    return found
