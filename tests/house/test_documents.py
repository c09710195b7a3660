"""Documents: lengths, links, pictures and the glossary."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, python_files, shown

README_LINES_MAX = 120
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)", re.DOTALL)
UNLISTED = {
    "RADIANT_TOKEN",  # of examples in documents
    "RADIANT_OWNER_DATABASE_URL",  # internal name of DATABASE_URL
    "RADIANT_SUITE_REDIS_URL",  # internal name of REDIS_URL
}
"""Variables that are no settings."""
TERMS = (
    *("Brain", "manifest", "output", "signal", "vote", "unit", "cell", "board", "scope", "epoch", "roll-up"),
    *("propensity", "contribution", "trust", "shard", "publisher", "exposure", "guardrail", "interim result"),
    *("example", "annotation", "data set", "run", "gate"),
)
"""Terms of the product that the glossary must define."""


def documents() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.splitlines() if (ROOT / name).is_file() and "third_party" not in name]


def defined_terms() -> set[str]:
    """Returns the terms that docs/glossary.md defines, in lower case: the bold text at the start of a line."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    names = re.findall(r"^\*\*([^*]+)\*\*", text, re.MULTILINE)
    return {term.strip().lower() for name in names for term in name.split(",")}


def domain_classes() -> dict[str, str]:
    """Returns the public classes of all domain rooms and of `splits`, with their files."""
    folders = [
        *(PACKAGES[name] / "domain" for name in ("experiments", "ingest", "neural", "voice")),
        PACKAGES["splits"],
    ]
    found = {}
    for path in python_files("services", "libs"):
        if any(path.is_relative_to(folder) for folder in folders):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name] = shown(path)
    return found


def words_of(name: str) -> str:
    """Returns a class name as lower-case words: `TrustScore` becomes `trust score`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def test_readme_has_at_most_120_lines_and_one_picture() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= README_LINES_MAX
    assert PICTURE.findall(text) == ["docs/loop.svg"]


@pytest.mark.parametrize(
    ("file", "expression"),
    [
        ("docs/loop.svg", "loop.picture()"),
        ("docs/files.md", "files.page()"),
        ("docs/settings.md", "settings.page()"),
        ("libs/kit/settings/keys.txt", "settings.known_keys()"),
    ],
)
def test_generated_document_equals_its_source(file: str, expression: str) -> None:
    code = f"import {expression.split('.')[0]}; print({expression}, end='')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "docs", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (ROOT / file).read_text(encoding="utf-8") == done.stdout, "`make docs` writes it"


def test_every_variable_in_code_and_documents_is_in_the_page_of_settings() -> None:
    named = re.compile(r"\bRADIANT_[A-Z0-9_]*[A-Z0-9]\b(?!_|\*)")
    listed = set(named.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    paths = [path for path in (*python_files("services", "libs"), *documents()) if path.name != "CHANGELOG.md"]
    found = {name: shown(path) for path in paths for name in named.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 100
    assert {name: path for name, path in found.items() if name not in listed | UNLISTED} == {}


@pytest.mark.parametrize("document", documents(), ids=shown)
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = [target for target in [*LINK.findall(text), *PICTURE.findall(text)] if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_glossary_defines_the_terms_of_the_product() -> None:
    assert {term.lower() for term in TERMS} - defined_terms() == set()


def test_glossary_defines_the_classes_of_the_domain() -> None:
    classes = domain_classes()
    assert len(classes) > 50
    assert {name: file for name, file in classes.items() if words_of(name) not in defined_terms()} == {}
