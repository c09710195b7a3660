"""The files of the repository that the house rules examine."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = (ROOT / "libs" / "radiant", ROOT / "libs" / "buf")
PACKAGES = {
    "kit": ROOT / "libs" / "kit",
    "cli": ROOT / "libs" / "cli",
    "radiant_client": ROOT / "libs" / "radiant_client",
    "ingest": ROOT / "services" / "ingest",
    "neural": ROOT / "services" / "neural",
    "experiments": ROOT / "services" / "experiments",
    "voice": ROOT / "services" / "voice",
    "gateway": ROOT / "services" / "gateway",
    "splits": ROOT / "libs" / "splits",
}


def python_files(*tops: str) -> list[Path]:
    """Returns the hand-written Python files below the given top folders, sorted."""
    found = (path for top in tops for path in (ROOT / top).rglob("*.py"))
    return sorted(
        path
        for path in found
        if "__pycache__" not in path.parts and not any(path.is_relative_to(top) for top in GENERATED)
    )


def shown(path: Path) -> str:
    """Returns the path as a reader names it."""
    return path.relative_to(ROOT).as_posix()
