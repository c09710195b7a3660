"""Writes the generated part of clients/typescript from the protos and the gateway's table; `--check` compares.

Where the TypeScript compiler is found (in clients/typescript/node_modules, or on the path), `dist/` is compiled too.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import generate
from typescript_text import Types, routes_text

PACKAGE = generate.PROTO.parent / "clients" / "typescript"
COMPILER = "5.9.3"
"""Version of TypeScript that makes dist/; another one may write the same differently."""
SOURCES = ("client.ts", "index.ts", "routes.ts", "types.ts")
STAMP = "SOURCES.sha256"


def write_sources(out: Path) -> None:
    """Writes the generated sources below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    types = Types()
    (out / "types.ts").write_text(types.text())
    (out / "routes.ts").write_text(routes_text(types))


def compiler() -> str | None:
    """Returns the TypeScript compiler; None when there is none."""
    own = PACKAGE / "node_modules" / ".bin" / "tsc"
    return str(own) if own.exists() else shutil.which("tsc")


def write_dist(out: Path, tsc: str) -> None:
    """Compiles the package into `out`, stamped with its sources; raises CalledProcessError when they are wrong."""
    subprocess.run([tsc, "--project", str(PACKAGE), "--outDir", str(out)], check=True)
    (out / STAMP).write_text(stamp())


def stamp() -> str:
    """Returns what identifies the sources that dist/ was compiled from."""
    lines = [f"{hashlib.sha256((PACKAGE / 'src' / name).read_bytes()).hexdigest()}  src/{name}\n" for name in SOURCES]
    return f"typescript {COMPILER}\n{''.join(lines)}"


def stale() -> list[str]:
    """Names the committed files that differ from freshly generated ones."""
    found = list[str]()
    with tempfile.TemporaryDirectory() as scratch:
        write_sources(Path(scratch))
        for fresh in sorted(Path(scratch).iterdir()):
            kept = PACKAGE / "src" / fresh.name
            if not kept.exists() or kept.read_text() != fresh.read_text():
                found.append(f"src/{fresh.name}")
    kept = PACKAGE / "dist" / STAMP
    if not kept.exists() or kept.read_text() != stamp():
        found.append("dist/")
    return found


def main() -> int:
    """Writes, or with --check compares; returns 1 when something is stale or could not be compiled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    if parser.parse_args().check:
        found = stale()
        print("\n".join(f"stale: {name}" for name in found) or "the TypeScript client is fresh")
        return 1 if found else 0
    write_sources(PACKAGE / "src")
    tsc = compiler()
    if tsc is None:
        print(
            f"dist/ is left as it was: there is no tsc (npm install --no-save typescript@{COMPILER})", file=sys.stderr
        )
        return 1 if "dist/" in stale() else 0
    shutil.rmtree(PACKAGE / "dist", ignore_errors=True)
    write_dist(PACKAGE / "dist", tsc)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
