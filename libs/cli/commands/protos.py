"""`radiant protos --out DIR`: writes the API's protos and their imports to a folder."""

import shutil
from pathlib import Path

import cli
from cli.commands import Invocation

_PACKAGE = Path(cli.__file__).parent
_PARTS = ("buf.yaml", "radiant", "third_party")


def source() -> Path:
    """Returns the folder of the protos: inside the package when installed from a wheel, else in the repository."""
    shipped = _PACKAGE / "protos"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / "proto"


def export(out: Path) -> None:
    """Copies the protos and their imports to a folder, which is created if missing; replaces files of the same name."""
    out.mkdir(parents=True, exist_ok=True)
    for name in _PARTS:
        part = source() / name
        if part.is_dir():
            shutil.copytree(part, out / name, dirs_exist_ok=True)
        else:
            shutil.copy(part, out / name)


async def run(invocation: Invocation) -> int:
    """Copies the protos to the folder given by --out and prints its import paths."""
    out: Path = invocation.arguments.out
    export(out)
    invocation.print(f"Protos written to {out}. Import paths: {out} and {out / 'third_party'}.")
    return 0
