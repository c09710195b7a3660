"""The TypeScript client is what the protos and the table say, compiles, and keeps its promises in Node."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.http.server import HttpServer
from gateway.routes import ROUTES
from tests.gateway.fixtures.gateway import ACME, gateway
from tests.house.tree import ROOT

PACKAGE = ROOT / "clients" / "typescript"
NODE = shutil.which("node")
OWN_TSC = PACKAGE / "node_modules" / ".bin" / "tsc"
TSC = str(OWN_TSC) if OWN_TSC.exists() else shutil.which("tsc")
with_node = pytest.mark.skipif(NODE is None, reason="there is no node")
with_tsc = pytest.mark.skipif(TSC is None, reason="there is no tsc: npm install --no-save typescript@5.9.3")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in the repository and returns what it said."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


def test_the_generated_files_are_fresh() -> None:
    done = run(sys.executable, "proto/typescript.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_follows_the_json_mapping() -> None:
    types = (PACKAGE / "src" / "types.ts").read_text()
    manifest = types.split("export interface ExecutionManifestInput {")[1].split("\n}")[0]
    assert "  outputId: string;" in manifest, "the rules ask for it"
    assert "  createTime?: string;" in manifest
    assert "  modelsUsed" in manifest
    counts = types.split("export interface FeedbackCounts {")[1].split("\n}")[0]
    assert "  positive: string;" in counts, "64 bits do not fit a number"
    assert '  | "RATING_POSITIVE"' in types
    assert "  signalValue?: JsonObject;" in types
    assert "/** Thumb up. */" in types
    assert "export interface VoiceVoiceFeedback {" in types, "two are alike: each says its area"


def test_every_route_is_in_the_table() -> None:
    table = (PACKAGE / "src" / "routes.ts").read_text()
    assert table.count("method: ") == len(ROUTES) + 1, "one a route, and one in the interface"
    assert all(f'method: "{route.method}", path: "{route.path}"' in table for route in ROUTES)


def test_nothing_is_run_or_fetched_by_an_install() -> None:
    package = json.loads((PACKAGE / "package.json").read_text())
    assert set(package["scripts"]) == {"build"}
    assert "dependencies" not in package
    assert not list(PACKAGE.glob("*lock*"))


@with_tsc
def test_it_compiles_to_what_is_committed(tmp_path: Path) -> None:
    assert TSC is not None
    if "5.9.3" not in run(TSC, "--version").stdout:
        pytest.skip("another version of tsc may write the same differently")
    done = run(TSC, "--project", str(PACKAGE), "--outDir", str(tmp_path))
    assert done.returncode == 0, done.stdout
    for fresh in tmp_path.iterdir():
        assert (PACKAGE / "dist" / fresh.name).read_text() == fresh.read_text(), fresh.name


PROGRAM = """
import { RadiantClient, type Rating } from "%s/dist/index.js";
const client = new RadiantClient();
await client.call("getWidgetConfig");
const stats = await client.call("getFeedbackStats", { path: { outputId: "o" } });
stats.counts?.positive satisfies string | undefined;
// @ts-expect-error: the path is missing
await client.call("getFeedbackStats");
// @ts-expect-error: there is no such call
await client.call("noSuchCall");
// @ts-expect-error: a number is no name
await client.call("getFeedbackStats", { path: { outputId: 1 } });
// @ts-expect-error: no thumb is called so
export const rating: Rating = "UP";
"""


@with_tsc
def test_the_compiler_knows_the_api(tmp_path: Path) -> None:
    assert TSC is not None
    program = tmp_path / "program.mts"
    program.write_text(PROGRAM % PACKAGE)
    flags = ("--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom")
    done = run(TSC, *flags, str(program))
    assert done.returncode == 0, done.stdout


@pytest.fixture
async def base(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """Gives the address of a gateway on a port."""
    async with gateway(database_url, redis_url, tmp_path) as opened:
        server = HttpServer(replace(opened.settings, port=0), opened.app)
        yield f"http://127.0.0.1:{await server.start()}"
        await server.stop(timedelta(seconds=1))


async def walked(base: str) -> dict[str, Any]:
    """Returns what the walk in Node found."""
    token = ACME["authorization"].removeprefix("Bearer ")
    command = (str(NODE), str(Path(__file__).with_name("walk.mjs")), base, token)
    environ = {"PATH": os.environ["PATH"]}
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)
    try:
        said, wrong = await asyncio.wait_for(running.communicate(), 60)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert running.returncode == 0, wrong.decode()
    found: dict[str, Any] = json.loads(said)
    return found


@with_node
async def test_it_keeps_its_promises_in_node(base: str) -> None:
    found = await walked(base)
    assert found["routes"] == len(ROUTES)
    assert len(found["keys"]) == 3, "two answers were lost"
    assert len(set(found["keys"])) == 1
    assert (found["outcome"], found["positive"]) == ("ITEM_OUTCOME_ACCEPTED", "1")
    assert (found["bad"]["status"], {each["field"] for each in found["bad"]["errors"]}) == (400, {"outputId"})
    assert (found["missing"]["status"], found["stranger"]["status"]) == (404, 401)
    assert (found["busy"]["tries"], found["busy"]["keys"]) == (4, 1)
    assert found["busy"]["waited"] >= 1000, "Retry-After is kept"
    assert (found["once"][0]["status"], found["once"][1]) == (400, 1)
    assert (found["long"][0]["wait"], found["long"][1]) == (3_600_000, 1)
    assert (found["late"][0]["reason"], found["late"][1]) == ("TIMEOUT", 4)
    assert found["givenUp"] == [{"other": "AbortError"}, 1]
