"""The example in the README runs unchanged."""

import asyncio
import os
import re
import sys
from datetime import timedelta

from kit.auth.tokens import mint
from radiant.ingest.v1 import feedback_pb2
from tests.house.tree import ROOT
from tests.support.suite import KEY, running_suite

LINES_MAX = 10


async def test_readme_example_runs(database_url: str, redis_url: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    assert len([line for line in blocks[0].splitlines() if line.strip()]) <= LINES_MAX
    async with running_suite(database_url, redis_url) as suite:
        environ = {
            **os.environ,
            "INGEST": suite.ingest_process.address,
            "NEURAL": suite.neural_process.address,
            "RADIANT_TOKEN": mint(KEY, "acme", ["service"], timedelta(minutes=5), "reader"),
        }
        command = (sys.executable, "-c", blocks[0])
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)
        output, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()
    outcome, model, *reasoning = output.decode().split()
    assert int(outcome) == feedback_pb2.ITEM_OUTCOME_ACCEPTED
    assert model in ("small", "large")
    assert reasoning
