"""Prose of the repository: no sentence without a named subject, no archaic words and no images."""

import subprocess
from pathlib import Path

import pytest

from tests.house.fixtures.prose import check, findings, python_prose
from tests.house.tree import GENERATED, ROOT, shown

TOPS = ("services", "libs", "tests", "bench", "proto", "docs", "clients", "*.md")
OWN = {"tests/house/fixtures/prose.py", "tests/house/test_prose.py"}


def files() -> list[Path]:
    """Returns the files with hand-written prose. The text of released migrations is checksummed and must not change."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *TOPS]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    hidden = {"vendor", "third_party", "dist", "generated", "migrations", "node_modules"}
    paths = [ROOT / name for name in listing.splitlines() if name not in OWN and not hidden & set(Path(name).parts)]
    return [
        path
        for path in paths
        if path.is_file() and path.name != "schema.sql" and not any(path.is_relative_to(each) for each in GENERATED)
    ]


def test_prose_of_the_repository_has_no_findings() -> None:
    kinds = {".py", ".sql", ".proto", ".js", ".mjs", ".ts", ".md", ".html"}
    found = {shown(path): check(path) for path in files() if path.suffix in kinds}
    assert len(found) > 500
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    "text",
    [
        "What senders of audio are given.",
        "Upload limits. Whoever sends more is refused.",
        "Due early, lest processes miss it.",
        "They are gone, too.",
        "The service is told where it listens.",
        "Kept for ever.",
    ],
)
def test_riddle_is_found(text: str) -> None:
    assert list(findings(text))


@pytest.mark.parametrize(
    "text", ["Upload limits.", "What is the limit?", "Due up to 1 s early, so that two pollers do not skip a cycle."]
)
def test_plain_sentence_is_not_found(text: str) -> None:
    assert list(findings(text)) == []


def test_docstrings_comments_and_messages_of_python_are_read() -> None:
    source = (
        '"""The first docstring."""\n\n# The second text.\n# It goes on.\nraise ValueError("the third of the texts")\n'
    )
    texts = {text for _, text in python_prose(source)}
    assert texts == {"The first docstring.", "The second text.\nIt goes on.", "the third of the texts"}
