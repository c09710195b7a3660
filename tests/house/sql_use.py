"""Where Python code holds SQL text and which named queries it looks up, read from the syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

STATEMENT = re.compile(
    r"\s*(?:--.*\n\s*)*(?:WITH\s+(?:RECURSIVE\s+)?\w+(?:\s*\([^)]*\))?\s+AS\b|SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+.*\sSET\s"
    r"|DELETE\s+FROM\s|MERGE\s+INTO\s|TRUNCATE\s|CREATE\s+(?:OR|TABLE|INDEX|UNIQUE|VIEW|FUNCTION|ROLE|SCHEMA|DATABASE|POLICY)\b"
    r"|ALTER\s+(?:TABLE|ROLE|DATABASE|SCHEMA|FUNCTION)\s|DROP\s+(?:TABLE|INDEX|ROLE|DATABASE|SCHEMA|VIEW|FUNCTION)\s"
    r"|GRANT\s+.*\sTO\s|REVOKE\s+.*\sFROM\s|SET\s+(?:LOCAL|ROLE|SESSION)\s|RESET\s+\w+|LOCK\s+TABLE\s|COPY\s+\S+\s+(?:FROM|TO)\s"
    r"|CALL\s+\w+\.|VALUES\s*\()",
    re.DOTALL,
)
"""The start of a statement; upper case, as all SQL of the repository is written."""
METHODS = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany", "cursor", "prepare"})
"""Methods of a database connection whose first argument is a statement."""


class Query(NamedTuple):
    """A named query: package, file within its sql folder, name."""

    package: str
    file: str
    name: str


def text_of(node: ast.expr) -> str | None:
    """Returns the literal text of a string, an f-string (`{}` for each value) or a concatenation; None for others."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None and right is None else (left or "{}") + (right or "{}")
    return None


def docstrings(tree: ast.AST) -> set[int]:
    """Returns the identities of expression statements that are strings alone: docstrings and attribute comments."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def inline_sql(source: str) -> list[int]:
    """Returns the lines on which the source holds a statement as text, or passes a text to a connection's method."""
    tree = ast.parse(source)
    prose = docstrings(tree)
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in prose:
            text = text_of(node)
            if text is not None and STATEMENT.match(text):
                lines.add(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            first = node.args[0] if node.args else None
            if first is not None and (text_of(first) or "").strip():
                lines.add(node.lineno)
    return sorted(lines)


def query_file(node: ast.expr) -> tuple[str, str] | None:
    """Returns package and file of a call `load_queries("package", "file.sql")`; None for other expressions."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load_queries"):
        return None
    texts = [text_of(argument) or "" for argument in node.args]
    return texts[0], texts[1] if len(texts) > 1 else "queries.sql"


def files_by_variable(tree: ast.AST) -> dict[str, tuple[str, str]]:
    """Returns the query file that each variable of a module holds, also of parallel assignments."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        for name, value in pairs:
            file = query_file(value)
            if isinstance(name, ast.Name) and file is not None:
                found[name.id] = file
    return found


def looked_up(source: str) -> Iterator[Query]:
    """Yields each query that the source looks up: `_SQL["name"]`, `load_queries(...)["name"]`.

    Where the name is a variable, every text constant of the module counts as looked up in that file.
    """
    tree = ast.parse(source)
    variables = files_by_variable(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript):
            continue
        file = variables.get(node.value.id) if isinstance(node.value, ast.Name) else query_file(node.value)
        if file is None:
            continue
        name = text_of(node.slice)
        if name is not None:
            yield Query(*file, name)
        else:
            yield from (Query(*file, text) for text in texts(tree))


def texts(tree: ast.AST) -> set[str]:
    """Returns all text constants of a module but its docstrings."""
    prose = docstrings(tree)
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose)
    return {node.value for node in constants if isinstance(node.value, str)}
