"""`python docs/files.py`: writes docs/files.md, the map of folders and modules, from their docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "files.md"
PACKAGES = (
    *(f"services/{name}" for name in ("ingest", "neural", "experiments", "voice", "gateway")),
    *(f"libs/{name}" for name in ("kit", "radiant_client", "splits", "cli")),
    "bench",
)
HEADER = """# Files

The folders and modules of each package, with the first sentence of their docstrings. `make docs` writes this page.
"""


def summary(path: Path) -> str:
    """Returns the first sentence of the module's docstring, in one line."""
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].split())
    end = text.find(". ")
    return (text if end < 0 else text[: end + 1]).replace("|", "&#124;")


def folders(package: Path) -> Iterator[Path]:
    """Yields the package and its folders with Python files, sorted."""
    found = {path.parent for path in package.rglob("*.py") if "__pycache__" not in path.parts}
    yield from sorted(found)


def table(folder: Path) -> str:
    """Returns the table of one folder: its modules with their summaries."""
    modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    rows = "".join(f"| `{path.name}` | {summary(path)} |\n" for path in modules)
    return f"| module | purpose |\n|---|---|\n{rows}" if rows else ""


def page() -> str:
    """Returns the whole page."""
    parts = [HEADER]
    for name in PACKAGES:
        package = ROOT / name
        for folder in folders(package):
            relative = folder.relative_to(ROOT).as_posix()
            level = "##" if folder == package else "###"
            initial = folder / "__init__.py"
            parts.append(f"{level} {relative}\n\n{summary(initial) if initial.exists() else ''}\n\n{table(folder)}")
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
