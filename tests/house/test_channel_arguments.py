"""Channel arguments of gRPC: the installed library applies each one. It ignores names that it does not define."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from tests.house.tree import python_files, shown

ARGUMENT = re.compile(r"grpc\.[a-z0-9_.]+")
_MODULE = importlib.util.find_spec("grpc._cython.cygrpc")
assert _MODULE is not None
assert _MODULE.origin is not None
LIBRARY = Path(_MODULE.origin).read_bytes()
MISSPELT = "grpc.http2.min_recv_ping_interval_without_data_ms"


def arguments(source: str) -> list[tuple[str, int]]:
    """Returns the channel arguments of a module with their lines: first items of pairs, and keys of dicts."""
    names: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple | ast.List) and len(node.elts) == 2:
            names.append(node.elts[0])
        elif isinstance(node, ast.Dict):
            names += node.keys
    constants = [name for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)]
    return [(str(name.value), name.lineno) for name in constants if ARGUMENT.fullmatch(str(name.value))]


def is_defined(argument: str) -> bool:
    """Returns True when the library contains the name as a whole string."""
    return argument.encode() + b"\0" in LIBRARY


def test_every_channel_argument_is_defined_by_the_library() -> None:
    found = [
        (argument, f"{shown(path)}:{line}")
        for path in python_files("services", "libs", "bench", "tests")
        for argument, line in arguments(path.read_text())
    ]
    assert len(found) >= 20
    assert [(argument, place) for argument, place in found if not is_defined(argument)] == []


@pytest.mark.parametrize("source", [f'options = [("{MISSPELT}", 1)]', f'options = {{"{MISSPELT}": 1}}'])
def test_misspelt_channel_argument_is_reported(source: str) -> None:
    assert arguments(source) == [(MISSPELT, 1)]
    assert not is_defined(MISSPELT)
    assert is_defined("grpc.http2.min_ping_interval_without_data_ms")
