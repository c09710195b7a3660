"""Finds prose that the style of the repository does not allow, in docstrings, comments, messages and documents."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SUBJECTS = re.compile(
    r"(?:^|[.!?:;]\s+|\n\s*)"
    r"(?P<found>(?:What|Who|Whom|Whose|Whoever|Whatever|Nobody|Nothing|Such|So many|So much|Those that|Those who|"
    r"Neither|Nor|Lest|Alas)\b(?![^.\n]*\?))"
)
"""Sentences that do not name their subject. Questions are allowed."""
WORDS = re.compile(
    r"\b(?P<found>lest|whoever|whomever|whatever|for ever|thereof|whence|betimes|by a hair|is told|are told|"
    r"been told|bears|beyond help|goes begging|word of|gets? to hear|come what may|in vain|of its own accord|"
    r"of nobody's|vouches)\b|,\s(?P<too>too)[.,;)]",
    re.IGNORECASE,
)
"""Archaic words and images."""


class Finding(NamedTuple):
    """One place: line number and the words found."""

    line: int
    found: str


def findings(text: str, first_line: int = 1) -> Iterator[Finding]:
    """Yields the findings of a piece of prose that begins at `first_line`."""
    for pattern in (SUBJECTS, WORDS):
        for hit in pattern.finditer(text):
            group = "found" if hit["found"] else "too"
            yield Finding(first_line + text.count("\n", 0, hit.start(group)), hit[group])


def python_prose(source: str) -> Iterator[tuple[int, str]]:
    """Yields docstrings, comments and texts with at least three words, each with its first line."""
    block: list[str] = []
    start = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if token.start[0] != last + 1 and block:
            yield start, "\n".join(block)
            block = []
        if not block:
            start = token.start[0]
        last = token.start[0]
        block.append(token.string.lstrip("#: "))
    if block:
        yield start, "\n".join(block)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") > 1:
            yield node.lineno, node.value


def comment_prose(source: str, mark: str) -> Iterator[tuple[int, str]]:
    """Yields the comments of SQL (`--`), protobuf or JavaScript (`//`) files, consecutive lines joined."""
    block: list[str] = []
    start = 0
    for number, line in enumerate(source.splitlines(), 1):
        _, found, comment = line.partition(mark)
        if found and "://" not in line:
            if not block:
                start = number
            block.append(comment.strip())
        elif block:
            yield start, "\n".join(block)
            block = []
    if block:
        yield start, "\n".join(block)


def document_prose(source: str) -> Iterator[tuple[int, str]]:
    """Yields the lines of a document outside of its code blocks."""
    is_code = False
    for number, line in enumerate(source.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and not line.startswith("    "):
            yield number, line


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yields the prose of a file by its kind; nothing for other kinds."""
    source = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".py":
            yield from python_prose(source)
        case ".sql":
            yield from comment_prose(source, "--")
        case ".proto" | ".js" | ".mjs" | ".ts":
            yield from comment_prose(source, "//")
        case ".md":
            yield from document_prose(source)
        case ".html":
            yield from (
                (1 + source.count("\n", 0, hit.start()), hit[1]) for hit in re.finditer(r">([^<>]{8,})<", source)
            )


def check(path: Path) -> list[Finding]:
    """Returns all findings of a file, in the order of their lines."""
    return sorted({finding for line, text in prose_of(path) for finding in findings(text, line)})
