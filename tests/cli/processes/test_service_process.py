"""A service that cannot start reports its cause, without lines of earlier starts."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from cli.embedded.folder import EmbeddedError
from cli.embedded.process import free_port
from cli.processes.service_process import ServiceProcess, failure_lines
from tests.support.servers import url_as
from tests.support.suite import KEY


def entry(level: str, message: str, **more: str) -> str:
    """Returns a line of a log."""
    return json.dumps({"level": level, "message": message, **more})


def test_failure_lines_are_plain_lines_and_errors() -> None:
    lines = [
        entry("warning", "development mode"),
        entry("error", "failed", trace="Traceback:\n  at x\nKeyError: 1"),
        "no",
    ]
    assert failure_lines("\n".join(lines)) == ["failed", "KeyError: 1", "no"]


def test_failure_lines_of_a_log_without_errors_are_its_last_lines() -> None:
    lines = [entry("info", str(number)) for number in range(20)]
    assert failure_lines("\n".join(lines)) == lines[-12:]


async def test_service_with_a_wrong_database_password_reports_the_cause_of_this_start(
    database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "experiments.log"
    log.write_text("a line of an earlier start\n")
    port = free_port()
    environ = {
        **os.environ,
        "RADIANT_DATABASE_URL": url_as("radiant_experiments", database_url).replace("test-password", "wrong"),
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_PORT": str(port),
    }
    process = ServiceProcess(
        "experiments",
        "experiments",
        environ=environ,
        address=f"127.0.0.1:{port}",
        log=log,
        start_timeout=timedelta(seconds=60),
    )
    with pytest.raises(EmbeddedError) as caught:
        await process.start()
    text = str(caught.value)
    assert "experiments exited with code 1 during its start" in text
    assert 'password authentication failed for user "radiant_experiments"' in text
    assert "RADIANT_DATABASE_URL" in text
    assert "earlier start" not in text
    assert "Traceback" not in text
