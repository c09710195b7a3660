"""Generates libs/radiant, libs/buf and the gateway's comments from the protos; `--check` compares instead.

The proto package equals the Python package, so the generated imports need no rewriting. Imported protos are vendored in
proto/third_party, so no command needs the network.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROTO = Path(__file__).resolve().parent
THIRD_PARTY = PROTO / "third_party"
LIBS = PROTO.parent / "libs"
COMMENTS = PROTO.parent / "services" / "gateway" / "openapi" / "comments.json"
ROOTS = ("radiant", "buf")
OPTIONS = "radiant/options/v1/access.proto"
"""Options of methods. Their types are no part of any request or response."""
VALIDATE = "buf/validate/validate.proto"
"""The one vendored proto that needs Python stubs: google.rpc comes with googleapis-common-protos."""


def sources() -> list[str]:
    """Returns the paths of the API's protos, relative to proto/, sorted; without OPTIONS."""
    found = (path.relative_to(PROTO).as_posix() for path in (PROTO / "radiant").rglob("*.proto"))
    return sorted(name for name in found if name != OPTIONS)


def protoc(*arguments: str) -> None:
    """Runs protoc with the import paths of this folder; raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{THIRD_PARTY}"]
    subprocess.run([*command, *arguments], check=True)


def write_image(target: Path) -> None:
    """Writes the descriptor set of the protos and their imports, with comments, to `target`."""
    protoc("--include_imports", "--include_source_info", f"--descriptor_set_out={target}", *sources())


def write_stubs(out: Path) -> None:
    """Generates messages, typed async stubs and service configurations below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    bin_folder = Path(sys.executable).parent
    plugins = [f"--plugin={name}={bin_folder / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    protoc(*plugins, f"--python_out={out}", f"--mypy_out={out}", *sources(), OPTIONS, VALIDATE)
    served = [name for name in sources() if "\nservice " in (PROTO / name).read_text()]
    protoc(*plugins, f"--grpc_python_out={out}", f"--mypy_grpc_out=only_async:{out}", *served)
    for config in (PROTO / "radiant").rglob("service_config.json"):
        shutil.copy(config, out / config.relative_to(PROTO))
    for folder in {path.parent for path in (out / "radiant").rglob("*_pb2.py")}:
        (folder / "__init__.py").touch()


def comments() -> dict[str, str]:
    """Returns the comment of each message, field, enum, value, service and method by full name."""
    from google.protobuf import descriptor_pb2

    image = descriptor_pb2.FileDescriptorSet()
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "image.binpb"
        write_image(target)
        image.ParseFromString(target.read_bytes())
    found: dict[str, str] = {}
    for file in image.file:
        if file.name not in sources():
            continue
        for location in file.source_code_info.location:
            if location.leading_comments:
                found[f"{file.package}.{name_at(file, location.path)}"] = " ".join(location.leading_comments.split())
    return dict(sorted(found.items()))


def name_at(file: Any, path: Sequence[int]) -> str:
    """Returns the name, relative to the package, of the element at a path of SourceCodeInfo."""
    names, here = [], file
    for number, index in zip(path[::2], path[1::2], strict=False):
        here = getattr(here, here.DESCRIPTOR.fields_by_number[number].name)[index]
        names.append(here.name)
    return ".".join(names)


def comments_text() -> str:
    """Returns the text of comments.json."""
    return json.dumps(comments(), indent=0, ensure_ascii=False) + "\n"


def differences(fresh: Path) -> list[str]:
    """Returns the paths whose committed stub differs from the one generated in `fresh`, or exists on one side only."""

    def listing(top: Path) -> set[str]:
        found = (path for root in ROOTS for path in (top / root).rglob("*") if path.is_file())
        return {path.relative_to(top).as_posix() for path in found if "__pycache__" not in path.parts}

    names = sorted(listing(fresh) | listing(LIBS))
    equal = filecmp.cmpfiles(fresh, LIBS, names, shallow=False)[0]
    return [name for name in names if name not in equal]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed stubs, write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        write_stubs(fresh)
        text = comments_text()
        if check:
            stale = differences(fresh)
            if not COMMENTS.exists() or COMMENTS.read_text() != text:
                stale.append(COMMENTS.name)
            print("\n".join(f"stale: {name}" for name in stale) or "stubs are fresh")
            return 1 if stale else 0
        for root in ROOTS:
            shutil.rmtree(LIBS / root, ignore_errors=True)
            shutil.copytree(fresh / root, LIBS / root)
        COMMENTS.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
