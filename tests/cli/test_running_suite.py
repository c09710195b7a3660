"""A running suite: connections over TLS, modes of its files, and secrets of its processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from cli.processes.service_process import answers_grpc
from kit.auth.tokens import mint
from radiant.ingest.v1.ingest_service_pb2 import ListErasuresRequest
from radiant.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from radiant.ingest.v1.manifest_pb2 import REQUEST_TYPE_CHAT, ExecutionManifest
from radiant.neural.v1.recommend_service_pb2 import RecommendationContext
from radiant_client import Radiant, SpoolSettings, Tls, open_channel
from tests.cli.fixtures.command import Command, processes_with, radiant
from tests.ingest.fixtures.voice import clip
from tests.support.certificates import Authority
from tests.support.servers import scratch_folder

pytestmark = [pytest.mark.server, pytest.mark.slow]

NAME = "radiant.example"
"""The only name in the certificate of the services."""
TOKEN_KEY = "a-planted-token-key-0123456789abcdef"
SECRETS = {
    "RADIANT_TOKEN_KEY": TOKEN_KEY,
    **{
        name: f"planted-{name.lower()}-0123456789abcdef"
        for name in (
            *("RADIANT_INGEST_PASSWORD", "RADIANT_NEURAL_PASSWORD", "RADIANT_EXPERIMENTS_PASSWORD"),
            *("RADIANT_VOICE_PASSWORD", "RADIANT_CONSOLE_SESSION_SECRET", "RADIANT_OIDC_CLIENT_SECRET"),
            *("AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "PGPASSWORD", "ANOTHER_SECRET", "RADIANT_UNKNOWN_SECRET"),
        )
    },
}
"""Secrets in the environment of the suite."""
GENERATED = ("postgres_password", "valkey_password")
"""Secrets in secrets.json of the data folder."""
ALLOWED = {
    "postgres": set(),
    "valkey": set(),
    "ingest": {"RADIANT_TOKEN_KEY", "RADIANT_INGEST_PASSWORD", "valkey_password"},
    "neural": {"RADIANT_TOKEN_KEY", "RADIANT_NEURAL_PASSWORD", "valkey_password"},
    "experiments": {"RADIANT_TOKEN_KEY", "RADIANT_EXPERIMENTS_PASSWORD"},
    "voice": {"RADIANT_TOKEN_KEY", "RADIANT_VOICE_PASSWORD", "valkey_password", "HF_TOKEN"},
    "gateway": {"RADIANT_CONSOLE_SESSION_SECRET", "RADIANT_OIDC_CLIENT_SECRET", "valkey_password"},
}
"""Secrets that the environment of each process may contain. Recordings are in a folder, not in a bucket."""


@dataclass
class Running:
    """A running suite, its data folder, and the authority of its certificate."""

    command: Command
    data: Path
    authority: bytes


@pytest.fixture(scope="module")
def suite() -> Iterator[Running]:
    """Runs the suite with a certificate and plays the demonstration."""
    with scratch_folder() as certificates, scratch_folder() as data:
        authority = Authority("suite")
        pair = authority.issue(certificates, "services", local=False, domains=[NAME])
        variables = {
            "RADIANT_TLS_CERT": str(pair.cert),
            "RADIANT_TLS_KEY": str(pair.key),
            **SECRETS,
        }
        old = data / "audio" / "old.wav"
        old.parent.mkdir(mode=0o755)
        old.touch(mode=0o644)
        with radiant(data, "up", "--demo", "--events", "30", "--quiet", variables=variables) as command:
            command.await_text()
            yield Running(command, data, authority.cert.encode())
            assert command.stop(signal.SIGTERM) == 0, command.printed()


def test_suite_with_a_certificate_becomes_ready_and_plays_the_demonstration(suite: Running) -> None:
    assert re.findall(r"^manifests=(\d+)$", suite.command.printed(), re.MULTILINE) == ["30"]


@pytest.mark.parametrize("service", ["ingest", "neural", "experiments"])
async def test_service_with_a_certificate_answers_over_tls_only(suite: Running, service: str) -> None:
    address, second = suite.command.addresses[service], timedelta(seconds=5)
    trusted = Tls(root_certificates=suite.authority, server_name=NAME)
    assert await answers_grpc(address, second, trusted)
    assert not await answers_grpc(address, timedelta(seconds=1))
    foreign = Tls(root_certificates=Authority("foreign").cert.encode(), server_name=NAME)
    assert not await answers_grpc(address, timedelta(seconds=1), foreign)


async def test_gateway_calls_services_over_tls(suite: Running) -> None:
    token = mint(TOKEN_KEY, "acme", ("service",), timedelta(hours=1), "test")
    url = f"http://{suite.command.addresses['gateway']}/api/v2/neural/recommendation"
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=20) as client:
        answer = await client.get(url, params={"taskType": "chat", "candidates": ["m"]})
    assert answer.status_code == 200, answer.text


@contextlib.asynccontextmanager
async def client_of(suite: Running, *roles: str) -> AsyncIterator[Radiant]:
    """Provides a client of a tenant with a spool in the data folder."""
    connecting = Radiant.connect(
        ingest=suite.command.addresses["ingest"],
        neural=suite.command.addresses["neural"],
        token=mint(TOKEN_KEY, "acme", roles, timedelta(hours=1), "test"),
        tls=Tls(root_certificates=suite.authority, server_name=NAME),
        default_model="m",
        spool=SpoolSettings(folder=suite.data / "spool"),
    )
    async with await connecting as radiant:
        yield radiant


async def give_feedback(radiant: Radiant, user: str) -> None:
    """Stores an output, a vote, a signal and a recording of a user, and requests a recommendation."""
    output = f"of-{uuid.uuid4()}"
    manifest = ExecutionManifest(output_id=output, user_id=user, models_used=["m"], task_type="chat")
    manifest.request_type = REQUEST_TYPE_CHAT
    await radiant.ingest.record_manifest(manifest)
    await radiant.ingest.submit_feedback(output, user, "positive")
    await radiant.ingest.submit_signal(output, user, "copy_response")
    await radiant.ingest.submit_voice_feedback(output, user, clip(1.0))
    context = RecommendationContext(user_id=user, task_type="chat", domain_mode="general", candidates=["m", "n"])
    await radiant.recommend.get(context)


async def erasures_completed(suite: Running) -> None:
    """Waits until all erasures of the tenant are complete."""
    token = mint(TOKEN_KEY, "acme", ("admin",), timedelta(hours=1), "test")
    tls = Tls(root_certificates=suite.authority, server_name=NAME)
    async with open_channel(suite.command.addresses["ingest"], token, tls=tls).channel as channel:
        listing = IngestServiceStub(channel).ListErasures
        async with asyncio.timeout(60):
            while True:
                metadata = (("authorization", f"Bearer {token}"),)
                answer = await listing(ListErasuresRequest(), metadata=metadata, timeout=10)
                if answer.erasures and all(each.HasField("complete_time") for each in answer.erasures):
                    return
                await asyncio.sleep(0.1)


async def test_files_of_the_suite_are_private(suite: Running) -> None:
    async with client_of(suite, "service") as radiant:
        await give_feedback(radiant, "ann")
    recordings = [path for path in (suite.data / "audio").rglob("*") if path.is_file() and path.name != "old.wav"]
    assert recordings
    assert (suite.data / "logs" / "ingest.log").exists()
    paths = list(suite.data.rglob("*"))
    assert len(paths) > 500, "the data of PostgreSQL and Valkey are part of the folder"
    modes = {str(path.relative_to(suite.data)): oct(path.lstat().st_mode & 0o777) for path in paths}
    assert {name: mode for name, mode in modes.items() if int(mode, 8) & 0o077} == {}
    # As root, PostgreSQL runs as another user, whose group may pass through the data folder.
    assert suite.data.stat().st_mode & 0o777 == (0o710 if os.geteuid() == 0 else 0o700)


async def test_erased_user_is_in_no_file_of_valkey_and_in_no_log(suite: Running) -> None:
    user = "gone-with-the-wind@example.com"
    async with client_of(suite, "service", "admin") as radiant:
        for _ in range(3):
            await give_feedback(radiant, user)
        await radiant.ingest.forget_user(user)
    await erasures_completed(suite)
    files = [path for path in (suite.data / "valkey").rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)
    assert b"radiant:{acme}:pace:" in content, "the append-only file has the keys of the rate limit"
    assert [name for name in (user, quote(user, safe="")) if name.encode() in content] == []
    logs = [path for path in (suite.data / "logs").iterdir() if path.name != "postgres.log"]
    assert [path.name for path in logs if user in path.read_text(errors="replace")] == []


def part_of(line: bytes) -> str:
    """Returns the name of the part of the suite with this command line; '' for another process."""
    words = line.split(b"\0")
    if b"-m" in words:
        return words[words.index(b"-m") + 1].decode()
    return next((name for name in ("postgres", "valkey") if name.encode() in line), "")


@pytest.mark.skipif(sys.platform != "linux", reason="requires /proc")
def test_processes_have_only_the_secrets_that_they_use(suite: Running) -> None:
    kept = json.loads((suite.data / "secrets.json").read_text())
    secrets = {**SECRETS, **{name: kept[name] for name in GENERATED}}
    found: dict[str, set[str]] = {}
    for pid in processes_with(suite.data):
        if pid == suite.command.process.pid:
            continue
        line, environ = (Path("/proc", str(pid), name).read_bytes() for name in ("cmdline", "environ"))
        part = part_of(line)
        assert [name for name, secret in secrets.items() if secret.encode() in line] == [], part
        held = {name for name, secret in secrets.items() if secret.encode() in environ}
        found[part] = found.get(part, set()) | held
    assert found == ALLOWED
