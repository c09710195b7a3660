"""The examples of docs/rest.md, run by curl against a gateway, give the answers that the document shows."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.http.server import HttpServer
from tests.gateway.fixtures.gateway import Served, bearer
from tests.ingest.fixtures.service import manifest

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "rest.md"
EXAMPLES_MIN = 6


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_examples_of_the_guide_give_the_documented_answers(served: Served) -> None:
    await served.intake.call("RecordManifest", manifest("7"))
    server = HttpServer(served.settings.http, served.app)
    environ = {
        **os.environ,
        "GATEWAY": f"http://127.0.0.1:{await server.start()}",
        "TOKEN": bearer("acme", "service")["authorization"].removeprefix("Bearer "),
    }
    examples = re.findall(r"```bash\n(.*?)```(?:\n\n```json\n(.*?)```)?", GUIDE.read_text(), re.DOTALL)
    try:
        answers = [await output(script, environ) for script, _ in examples]
    finally:
        await server.stop(timedelta(seconds=1))
    assert len(examples) >= EXAMPLES_MIN
    for (script, documented), answer in zip(examples, answers, strict=True):
        assert answer, script
        if documented:
            assert json.loads(answer) == json.loads(documented), script
    assert '"positive":"1"' in answers
    assert "must be one of RATING_NEGATIVE" in answers[-1]


async def output(script: str, environ: dict[str, str]) -> str:
    """Returns the output of a script; fails if the script does."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script, env=environ, stdout=asyncio.subprocess.PIPE
    )
    try:
        found, _ = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, script
    return found.decode().strip()
