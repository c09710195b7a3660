"""The protos pass the linter, stay compatible with the baseline, and equal the generated stubs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from tests.house.tree import ROOT

BUF = str(Path(sys.executable).parent / "buf")
PROTO = ROOT / "proto"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in the repository and returns its outcome."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("image") / "image.binpb"
    done = run(BUF, "build", str(PROTO), "--path", str(PROTO / "radiant"), "-o", str(target))
    assert done.returncode == 0, done.stderr
    return target


def test_protos_pass_the_linter() -> None:
    done = run(BUF, "lint", str(PROTO))
    assert done.returncode == 0, done.stdout + done.stderr


def test_linter_on_lower_case_message_fails(tmp_path: Path) -> None:
    (tmp_path / "bad.proto").write_text('syntax = "proto3";\npackage bad;\nmessage lower {}\n')
    assert run(BUF, "lint", str(tmp_path)).returncode != 0


def breaking(image: Path) -> subprocess.CompletedProcess[str]:
    """Compares an image of the protos with the published baseline; imports do not count."""
    against = ("--against", str(PROTO / "baseline.binpb"), "--exclude-imports")
    return run(BUF, "breaking", str(image), *against, "--config", str(PROTO / "buf.yaml"))


def test_protos_are_compatible_with_the_baseline(image: Path) -> None:
    done = breaking(image)
    assert done.returncode == 0, done.stdout + done.stderr


def test_comparison_with_the_baseline_reports_a_removed_field(image: Path, tmp_path: Path) -> None:
    files = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())
    (file,) = [each for each in files.file if each.name == "radiant/ingest/v1/feedback.proto"]
    del file.message_type[0].field[0]
    (tmp_path / "image.binpb").write_bytes(files.SerializeToString())
    done = breaking(tmp_path / "image.binpb")
    assert done.returncode != 0
    assert "was deleted" in done.stdout


def test_generated_stubs_equal_fresh_ones() -> None:
    done = run(sys.executable, str(PROTO / "generate.py"), "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_runtime_floors_equal_versions_of_the_generator() -> None:
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
