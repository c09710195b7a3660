"""Tests of the TypeScript client: its generated files, its types, and its requests from Node."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import splits
from clients.typescript import build
from gateway.http.server import HttpServer
from gateway.openapi.comments import comment_on
from gateway.routes import ROUTES
from splits.user_keys import INVISIBLE
from tests.gateway.fixtures.gateway import ACME, gateway

FOLDER = Path(__file__).parent
GENERATED = build.PACKAGE / "src" / "generated"
with_node = pytest.mark.skipif(build.node() is None, reason="node 20 or later is not installed")
with_npm = pytest.mark.skipif(not build.is_installed(), reason="npm packages are not installed: run `make npm`")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command and returns its output."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


def generated_interface(name: str) -> str:
    """Returns the text of a schema's interface in the generated types."""
    match = re.search(rf"^        {name}: \{{\n(.*?)^        \}};", (GENERATED / "openapi.ts").read_text(), re.M | re.S)
    assert match is not None, name
    return match[1]


def test_committed_files_equal_generated_files() -> None:
    assert build.stale_files() == []


@with_npm
def test_check_of_changed_copy_names_stale_files(tmp_path: Path) -> None:
    copy = tmp_path / "typescript"
    shutil.copytree(build.PACKAGE, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    (copy / "node_modules").symlink_to(build.MODULES)
    assert run(sys.executable, copy / "build.py", "--check").returncode == 0
    for name in ("src/generated/types.ts", "src/index.ts"):
        path = copy / name
        path.write_text(f"{path.read_text()}export type Added = string;\n")
    checked = run(sys.executable, copy / "build.py", "--check")
    stale = {"src/generated/types.ts", "dist/index.d.ts", "dist/generated/types.d.ts", "dist/SOURCES.sha256"}
    assert set(checked.stdout.splitlines()) == {f"stale: {name}" for name in stale}
    assert checked.returncode == 1
    (copy / "node_modules").unlink()
    checked = run(sys.executable, copy / "build.py", "--check")
    assert checked.stdout == "stale: dist/SOURCES.sha256\n", "found without npm packages, too"
    assert checked.returncode == 1


def test_generated_types_follow_the_proto_json_mapping() -> None:
    manifest = generated_interface("ExecutionManifestInput")
    assert " outputId: string;" in manifest, "the validation rules require it"
    assert " createTime?: string;" in manifest
    assert " modelsUsed" in manifest
    assert " positive: string;" in generated_interface("FeedbackCounts"), "a number cannot hold 64 bits"
    assert " signalValue?: JsonObject;" in generated_interface("ImplicitSignalInput")
    openapi = (GENERATED / "openapi.ts").read_text()
    assert re.search(r' Rating: "RATING_UNSPECIFIED" \| .*"RATING_POSITIVE"', openapi)
    types = (GENERATED / "types.ts").read_text()
    assert f"- RATING_POSITIVE: {comment_on('radiant.ingest.v1.Rating.RATING_POSITIVE')}" in types
    assert "export type VoiceVoiceFeedback =" in types, "a name that two services use starts with the service"


def test_generated_table_has_every_route() -> None:
    table = (GENERATED / "table.ts").read_text()
    assert table.count("method: ") == len(ROUTES)
    assert all(f'method: "{route.method}", path: "{route.path}"' in table for route in ROUTES)


def test_package_has_no_dependencies_and_no_install_scripts() -> None:
    package = json.loads((build.PACKAGE / "package.json").read_text())
    assert set(package["scripts"]) == {"build"}
    assert "dependencies" not in package
    assert package["files"] == ["dist", "src"]


def test_package_lock_has_hashes_and_no_addresses() -> None:
    text = build.LOCK.read_text()
    assert "://" not in text
    assert '"resolved"' not in text
    (root, *packages) = json.loads(text)["packages"].values()
    assert root["devDependencies"] == json.loads((build.PACKAGE / "package.json").read_text())["devDependencies"]
    assert packages
    assert all(each["integrity"].startswith("sha512-") and each["dev"] for each in packages)


def compiled(tmp_path: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Compiles a program that imports the package as `RADIANT`; returns the output of the compiler."""
    source = tmp_path / "program.mts"
    source.write_text(program.replace("RADIANT", f"{build.DIST}/index.js"))
    flags = ("--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom")
    return run(build.node() or "node", build.MODULES / "typescript" / "bin" / "tsc", *flags, source)


PROGRAM = """
import { RadiantClient, ROUTES, type ExportUserResponse, type Rating } from "RADIANT";
const client = new RadiantClient();
await client.call("getWidgetConfig");
const stats = await client.call("getFeedbackStats", { path: { outputId: "o" } });
stats.counts?.positive satisfies string | undefined;
await client.call("transcribe", { audio: new Blob() });
await client.call("getRecommendation", { query: { taskType: "chat", profiles: [{ model: "m", cost: 1 }] } });
(await client.call("exportUser", { path: { userId: "u" } })) satisfies ExportUserResponse[];
ROUTES.createExperiment.idempotent satisfies boolean;
// @ts-expect-error: the path is missing
await client.call("getFeedbackStats");
// @ts-expect-error: the recording is missing
await client.call("transcribe", { query: { language: "en" } });
// @ts-expect-error: no such operation
await client.call("noSuchCall");
// @ts-expect-error: an identifier is a string
await client.call("getFeedbackStats", { path: { outputId: 1 } });
// @ts-expect-error: the path has the user
await client.call("pinTrustScore", { path: { userId: "u" }, body: { trust: 1, reason: "r", userId: "u" } });
// @ts-expect-error: no such value
export const rating: Rating = "UP";
"""


@with_npm
def test_compiler_accepts_valid_calls_and_rejects_invalid_calls(tmp_path: Path) -> None:
    done = compiled(tmp_path, PROGRAM)
    assert done.returncode == 0, done.stdout


@with_npm
def test_public_names_are_exported(tmp_path: Path) -> None:
    names = (FOLDER / "public_names.txt").read_text().split()
    assert len(names) >= 229
    done = compiled(tmp_path, f'import type {{ {", ".join(names)} }} from "RADIANT";\nexport {{}};\n')
    assert done.returncode == 0, done.stdout
    done = compiled(tmp_path, 'import type { NoSuchName } from "RADIANT";\nexport {};\n')
    assert "no exported member" in done.stdout


@pytest.fixture
async def base(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """Returns the address of a gateway on a free port."""
    async with gateway(database_url, redis_url, tmp_path) as opened:
        server = HttpServer(opened.settings.http, opened.app)
        yield f"http://127.0.0.1:{await server.start()}"
        await server.stop(timedelta(seconds=1))


async def observations(base: str) -> dict[str, Any]:
    """Runs client_scenarios.mjs in Node and returns its observations."""
    token = ACME["authorization"].removeprefix("Bearer ")
    command = (str(build.node()), str(FOLDER / "client_scenarios.mjs"), base, token)
    pipe = asyncio.subprocess.PIPE
    environment = {"PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    try:
        output, errors = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    found: dict[str, Any] = json.loads(output)
    return found


@with_node
async def test_client_in_node_retries_aborts_and_reports_errors(base: str) -> None:
    found = await observations(base)
    assert found["routes"] == len(ROUTES)
    assert len(found["keys"]) == 3, "two responses were lost"
    assert len(set(found["keys"])) == 1
    assert (found["outcome"], found["positive"]) == ("ITEM_OUTCOME_ACCEPTED", "1")
    assert found["retracted"] is True
    assert found["recommended"] == "n & o", "the query carries profiles as JSON"
    assert found["invalid"]["status"] == 400
    assert {each["field"] for each in found["invalid"]["errors"]} == {"outputId"}
    assert (found["missing"]["status"], found["unauthenticated"]["status"]) == (404, 401)
    assert (found["overloaded"]["attempts"], found["overloaded"]["keys"]) == (4, 1)
    assert found["overloaded"]["elapsed"] >= 1000, "the client waits as long as Retry-After"
    assert (found["rejected"][0]["status"], found["rejected"][1]) == (400, 1)
    assert (found["longWait"][0]["wait"], found["longWait"][1]) == (3_600_000, 1)
    assert (found["silent"][0]["reason"], found["silent"][1]) == ("TIMEOUT", 4)
    assert found["aborted"] == [{"other": "AbortError"}, 1]


@with_node
def test_user_keys_equal_published_vectors_and_are_sent() -> None:
    vectors = Path(splits.__file__).with_name("cases.json")
    done = run(str(build.node()), FOLDER / "user_keys.mjs", vectors)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["keys"] == [each["user_key"] for each in json.loads(vectors.read_text())["user_keys"]]
    assert found["invisible"] == [code for first, last in INVISIBLE for code in range(first, last + 1)]
    path, query, signal, batch = found["requests"]
    assert "/users/alice/export" in path
    assert "userId=alice&" in query
    assert (signal["userId"], batch["signals"][0]["userId"]) == ("alice", "alice")
    assert signal["signalValue"] == batch["signals"][0]["signalValue"] == {"userId": "\ufeffa\u200blice "}
