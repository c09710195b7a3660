"""Import contracts by room, each shown to report a violation, and the few places that may touch the outside."""

import ast
import copy
import importlib
import itertools
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from importlinter import Contract, api
from importlinter.application.use_cases import read_user_options
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.protected import ProtectedContract

from tests.house.tree import PACKAGES, ROOT, python_files, shown

CONTRACTS = str(ROOT / ".importlinter")
OPTIONS = {each["id"]: each for each in api.read_configuration(CONTRACTS)["contracts_options"]}
TYPES: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "protected": ProtectedContract,
}

PLANTED: dict[str, list[tuple[str, ...]]] = {
    "independence": [("ingest.planted", "neural.settings")],
    "kit": [("kit.planted", "ingest.settings"), ("kit.rpc.planted", "radiant.ingest.v1.feedback_pb2")],
    "domain": [
        ("ingest.domain.planted", "asyncpg"),
        ("neural.domain.planted", "kit.postgres.pool"),
        ("experiments.domain.planted", "grpc"),
        ("voice.domain.planted", "radiant.voice.v1.voice_pb2"),
        ("experiments.analysis.planted", "redis"),
        ("splits.planted", "google"),
    ],
    "rooms": [
        ("ingest.domain.planted", "ingest.api.planted"),
        ("neural.domain.planted", "neural.worker.planted"),
        ("experiments.domain.planted", "experiments.settings"),
    ],
    "api": [("ingest.writes.planted", "ingest.api.convert.planted"), ("neural.worker.planted", "neural.api.planted")],
    "messages": [
        ("ingest.writes.planted", "radiant.ingest.v1.feedback_pb2"),
        ("neural.planted.planted", "radiant.neural.v1.scoring_pb2"),
    ],
    "client": [("radiant_client.brain.planted", "kit.errors"), ("radiant_client.planted", "asyncpg")],
    "gateway": [("gateway.routes.planted", "asyncpg"), ("gateway.planted", "kit.postgres.pool")],
    "otlp": [("gateway.otlp.convert.planted", "gateway.http.planted"), ("gateway.otlp.convert.planted", "grpc")],
    "cycles": [("ingest.domain.planted", "ingest.writes.planted", "ingest.domain.planted")],
}
"""Chains of imports that break each contract. Modules named `planted` exist nowhere in the configuration."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    names = api.read_configuration(CONTRACTS)["session_options"]["root_packages"]
    return grimp.build_graph(*names, include_external_packages=True)


def kept(contract: str, graph: grimp.ImportGraph) -> bool:
    """Returns whether the graph keeps the contract of that id in .importlinter."""
    options = OPTIONS[contract]
    session = read_user_options(CONTRACTS).session_options
    built = TYPES[options["type"]](name=options["name"], session_options=session, contract_options=options)
    return bool(built.check(copy.deepcopy(graph), verbose=False).kept)


def planted(graph: grimp.ImportGraph, chain: tuple[str, ...]) -> grimp.ImportGraph:
    """Returns a copy of the graph in which each module of the chain imports the next one."""
    changed = copy.deepcopy(graph)
    for name in chain:
        if name not in changed.modules:
            changed.add_module(name)
    for importer, imported in itertools.pairwise(chain):
        changed.add_import(importer=importer, imported=imported, line_number=1, line_contents=f"import {imported}")
    return changed


VIOLATIONS = [
    pytest.param(contract, chain, id=f"{contract}-{chain[0]}-{chain[1]}")
    for contract, chains in PLANTED.items()
    for chain in chains
]


@pytest.mark.parametrize("contract", OPTIONS)
def test_import_contract_on_the_repository_is_kept(contract: str, graph: grimp.ImportGraph) -> None:
    assert kept(contract, graph), f"`lint-imports --contract {contract}` names the imports"


@pytest.mark.parametrize(("contract", "chain"), VIOLATIONS)
def test_import_contract_with_a_planted_violation_is_broken(
    contract: str, chain: tuple[str, ...], graph: grimp.ImportGraph
) -> None:
    assert not kept(contract, planted(graph, chain))


def test_every_import_contract_has_a_planted_violation() -> None:
    assert PLANTED.keys() == OPTIONS.keys()


def test_contracts_name_rooms_and_no_modules() -> None:
    names = {name for each in OPTIONS.values() for key in each if key.endswith("_modules") for name in each[key]}
    modules = {name for name in names if "*" not in name and name.count(".") > 1}
    assert modules <= {"gateway.otlp.convert"}, "only a module that is a room of its own may be named"


def test_lint_imports_on_the_repository_succeeds() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_packages_are_imported_from_the_repository() -> None:
    for name, folder in PACKAGES.items():
        assert Path(importlib.import_module(name).__file__ or "").parent == folder


def test_folders_with_python_files_are_packages() -> None:
    folders = {path.parent for path in python_files("services", "libs", "tests", "bench")}
    assert [shown(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def has_attribute(path: Path, dotted: str) -> bool:
    """Returns whether a file refers to `module.attribute`."""
    module, attribute = dotted.split(".")
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.value, ast.Name)
        and node.value.id == module
        for node in ast.walk(ast.parse(path.read_text()))
    )


def is_entry_point(path: Path) -> bool:
    """Returns whether the file starts a process; kit.service starts those of all services."""
    return path.name == "__main__.py" or shown(path) == "libs/kit/service.py"


def test_environment_is_read_by_settings_and_entry_points_only() -> None:
    readers = [path for path in python_files("services", "libs") if has_attribute(path, "os.environ")]
    assert [shown(path) for path in readers if path.name != "settings.py" and not is_entry_point(path)] == []


def test_event_loops_are_started_by_entry_points_only() -> None:
    starters = [path for path in python_files("services", "libs") if has_attribute(path, "asyncio.run")]
    assert [shown(path) for path in starters if not is_entry_point(path)] == []
