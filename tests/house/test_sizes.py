"""A file reads on a few screens, a function on one."""

import ast

from tests.house.tree import python_files, shown

LINES_PER_FILE_MAX = 300
LINES_PER_FUNCTION_MAX = 60
TOPS = ("services", "libs", "tests", "bench", "proto")


def test_every_file_is_one_room() -> None:
    lengths = {shown(path): len(path.read_text().splitlines()) for path in python_files(*TOPS)}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LINES_PER_FILE_MAX} == {}


def test_every_function_fits_on_a_screen() -> None:
    long = {}
    for path in python_files(*TOPS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LINES_PER_FUNCTION_MAX:
                    long[f"{shown(path)}:{node.name}"] = length
    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in python_files("services", "libs", "bench", "proto")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
