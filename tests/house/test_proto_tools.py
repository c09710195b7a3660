"""The proto folder compiles without network access in protoc, buf and @grpc/proto-loader."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import google.rpc.status_pb2
import pytest
from google.protobuf import descriptor_pb2
from protovalidate._gen.buf.validate import validate_pb

from clients.typescript import build
from kit.auth.tokens import mint
from tests.house.tree import ROOT
from tests.kit.fixtures.scripted_servicer import Script, a_signal, serving
from tests.support.suite import KEY

PROTO = ROOT / "proto"
THIRD_PARTY = PROTO / "third_party"
BUF = str(Path(sys.executable).parent / "buf")
LOADER = build.MODULES / "@grpc" / "proto-loader"
SOURCES = sorted(path.relative_to(PROTO).as_posix() for path in (PROTO / "radiant").rglob("*.proto"))
SERVICES = {
    "radiant.experiments.v1.ExperimentService",
    "radiant.ingest.v1.AuditService",
    "radiant.ingest.v1.AliasService",
    "radiant.ingest.v1.EvaluatorService",
    "radiant.ingest.v1.IngestService",
    "radiant.neural.v1.LearningService",
    "radiant.neural.v1.RecommendService",
    "radiant.voice.v1.VoiceService",
}
LOAD_ALL = """
const loader = require(process.argv[1]);
const [sources, includeDirs] = [JSON.parse(process.argv[2]), JSON.parse(process.argv[3])];
const loaded = loader.loadSync(sources, { includeDirs, keepCase: true });
const isService = (each) => each.format === undefined; // messages and enums have a format
console.log(JSON.stringify(Object.keys(loaded).filter((name) => isService(loaded[name]))));
"""


def offline(tmp_path: Path) -> dict[str, str]:
    """Returns an environment with an empty module cache whose proxies refuse every connection."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return {**os.environ, **proxies, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "BUF_CACHE_DIR": str(tmp_path)}


def output(command: Sequence[str], tmp_path: Path) -> str:
    """Runs a command offline, outside of the repository, and returns its standard output; fails when it fails."""
    done = subprocess.run(command, cwd=tmp_path, env=offline(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def descriptors(path: Path) -> descriptor_pb2.FileDescriptorSet:
    """Returns the descriptor set that a file holds."""
    return descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())


def services(files: descriptor_pb2.FileDescriptorSet) -> set[str]:
    """Returns the full names of the services in a descriptor set."""
    return {f"{file.package}.{service.name}" for file in files.file for service in file.service}


def compiled(tmp_path: Path, *sources: str) -> descriptor_pb2.FileDescriptorSet:
    """Compiles protos with protoc and returns their descriptors with those of their imports."""
    target = tmp_path / "out.binpb"
    protoc = (sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{THIRD_PARTY}")
    output((*protoc, "--include_imports", f"--descriptor_set_out={target}", *sources), tmp_path)
    return descriptors(target)


def test_protoc_compiles_every_proto_of_the_folder(tmp_path: Path) -> None:
    assert SOURCES
    assert services(compiled(tmp_path, *SOURCES)) == SERVICES


def test_buf_build_compiles_every_proto_of_the_folder(tmp_path: Path) -> None:
    output((BUF, "build", str(PROTO), "-o", str(tmp_path / "image.binpb")), tmp_path)
    assert services(descriptors(tmp_path / "image.binpb")) == SERVICES


def test_buf_generate_writes_code_for_every_proto(tmp_path: Path) -> None:
    plugin = {"protoc_builtin": "python", "out": "gen", "protoc_path": [sys.executable, "-m", "grpc_tools.protoc"]}
    template = json.dumps({"version": "v2", "plugins": [plugin]})
    output((BUF, "generate", str(PROTO), "--path", str(PROTO / "radiant"), "--template", template), tmp_path)
    written = {path.relative_to(tmp_path / "gen").as_posix() for path in (tmp_path / "gen").rglob("*.py")}
    assert written == {name.replace(".proto", "_pb2.py") for name in SOURCES}


async def test_buf_curl_with_the_folder_as_schema_calls_a_server(tmp_path: Path) -> None:
    script = Script()
    async with serving(script, reflection=False) as there:
        address = f"http://127.0.0.1:{there.port}/radiant.ingest.v1.IngestService/SubmitImplicitSignal"
        signal = {"outputId": "o-1", "userId": "u-1", "signalType": "SIGNAL_TYPE_COPY_RESPONSE"}
        data = json.dumps({"requestId": "018f0000-0000-7000-8000-0000000000aa", "signal": signal})
        bearer = f"authorization: Bearer {mint(KEY, 'acme', ['service'], timedelta(hours=1))}"
        options = ("--protocol", "grpc", "--http2-prior-knowledge", "-H", bearer, "-d", data)
        await asyncio.to_thread(output, (BUF, "curl", "--schema", str(PROTO), *options, address), tmp_path)
    assert [request.signal for request in script.requests] == [a_signal()]


def test_proto_loader_loads_every_service_of_the_folder(tmp_path: Path) -> None:
    program = build.node()
    if program is None:
        pytest.skip("node 20 or later is not installed")
    if not LOADER.is_dir():
        pytest.skip("npm packages are not installed: run `make npm`")
    folders = json.dumps([str(PROTO), str(THIRD_PARTY)])
    loaded = output((program, "-e", LOAD_ALL, str(LOADER), json.dumps(SOURCES), folders), tmp_path)
    assert set(json.loads(loaded)) == SERVICES


def test_vendored_validation_rules_equal_those_of_the_installed_engine(tmp_path: Path) -> None:
    name = "buf/validate/validate.proto"
    (vendored,) = [file for file in compiled(tmp_path, name).file if file.name == name]
    engine = descriptor_pb2.FileDescriptorProto.FromString(validate_pb.desc().proto.to_binary())
    for file in (vendored, engine):
        file.ClearField("options")  # package names for other languages, which code generators set
    assert vendored == engine


def test_vendored_google_protos_equal_those_of_the_installed_package() -> None:
    package = Path(google.rpc.status_pb2.__file__).parent
    vendored = sorted((THIRD_PARTY / "google" / "rpc").iterdir())
    assert [path.name for path in vendored] == ["code.proto", "error_details.proto", "status.proto"]
    for path in vendored:
        assert path.read_text() == (package / path.name).read_text(), path.name
