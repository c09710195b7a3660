"""`radiant protos` writes the API's protos, from the repository and from an installed wheel."""

import filecmp
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.commands import protos
from tests.house.tree import ROOT

PROTO = ROOT / "proto"
PARTS = ("buf.yaml", "radiant", "third_party")


def exported() -> list[str]:
    """Returns the paths that the command writes, relative to the folder."""
    found = [PROTO / "buf.yaml", *(PROTO / "radiant").rglob("*"), *(PROTO / "third_party").rglob("*")]
    return sorted(path.relative_to(PROTO).as_posix() for path in found if path.is_file())


def test_protos_command_writes_every_proto_and_its_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"
    assert main(["protos", "--out", str(out)]) == 0
    assert str(out / "third_party") in capsys.readouterr().out
    written = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert written == exported()
    assert "third_party/buf/validate/validate.proto" in written
    assert filecmp.cmpfiles(PROTO, out, written, shallow=False)[0] == written


def test_protos_command_on_existing_folder_replaces_files(tmp_path: Path) -> None:
    stale = tmp_path / "radiant" / "voice" / "v1" / "voice.proto"
    stale.parent.mkdir(parents=True)
    stale.write_text("stale")
    assert main(["protos", "--out", str(tmp_path)]) == 0
    assert stale.read_text() == (PROTO / "radiant/voice/v1/voice.proto").read_text()


def test_protos_command_on_unwritable_path_fails_with_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert main(["protos", "--out", str(tmp_path / "file")]) == 1


def test_wheel_contains_the_protos_where_the_command_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    monkeypatch.setattr(protos, "_PACKAGE", tmp_path / "cli")
    assert protos.source() == tmp_path / "cli" / "protos"
    assert main(["protos", "--out", str(tmp_path / "out")]) == 0
    assert filecmp.cmpfiles(PROTO, tmp_path / "out", exported(), shallow=False)[0] == exported()
