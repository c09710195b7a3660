"""The API is linted, does not break its callers, and the stubs are what the protos say."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BUF = str(Path(sys.executable).parent / "buf")
PROTO = ROOT / "proto"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in the repository and returns what it said."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("image") / "image.binpb"
    script = f"import sys; sys.path.insert(0, {str(PROTO)!r}); import generate, pathlib;"
    done = run(sys.executable, "-c", f"{script} generate.write_image(pathlib.Path({str(target)!r}))")
    assert done.returncode == 0, done.stderr
    return target


def test_the_protos_pass_the_linter(image: Path) -> None:
    done = run(BUF, "lint", str(image), "--config", str(PROTO / "buf.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_would_notice(image: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.proto").write_text('syntax = "proto3";\npackage bad;\nmessage lower {}\n')
    assert run(BUF, "lint", str(tmp_path)).returncode != 0


def test_the_protos_break_no_caller(image: Path) -> None:
    against = str(PROTO / "baseline.binpb")
    done = run(BUF, "breaking", str(image), "--against", against, "--config", str(PROTO / "buf.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stubs_are_fresh() -> None:
    done = run(sys.executable, str(PROTO / "generate.py"), "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_runtime_floors_equal_the_generator() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    floors = dict(re.findall(r"^([a-z-]+)>=([0-9.]+)", "\n".join(dependencies), re.MULTILINE))
    stub = (ROOT / "libs/radiant/ingest/v1/ingest_service_pb2_grpc.py").read_text()
    generated = re.search(r"GRPC_GENERATED_VERSION = '([0-9.]+)'", stub)
    assert generated is not None
    assert floors["grpcio"] == generated[1]
    messages = (ROOT / "libs/radiant/ingest/v1/ingest_service_pb2.py").read_text()
    runtime = re.search(r"# Protobuf Python Version: ([0-9.]+)", messages)
    assert runtime is not None
    assert floors["protobuf"] == runtime[1]
