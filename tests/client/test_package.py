"""The distributed package: its imports and its public names."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import radiant_client

PUBLIC_NAMES = Path(__file__).parent / "fixtures" / "public_names.txt"

IMPORT_WITHOUT_SERVICES = """
import sys

class BlockedImports:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"kit", "ingest", "neural", "cli", "protovalidate", "grpc_status",
                                      "grpc_health", "asyncpg", "redis", "numpy", "jwt", "tests"}:
            raise ImportError("import is not allowed: " + name)

sys.meta_path.insert(0, BlockedImports())
import radiant_client
for name in radiant_client.__all__:
    getattr(radiant_client, name)
"""


def test_package_imported_without_the_services_has_all_its_names() -> None:
    subprocess.run([sys.executable, "-I", "-c", IMPORT_WITHOUT_SERVICES], check=True, timeout=60)


def signature_of(value: Any) -> str:
    """Returns the parameters with their defaults, without annotations; empty for a value that is not callable."""
    if not callable(value):
        return ""
    signature = inspect.signature(value)
    parameters = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


def public_names() -> Iterator[str]:
    """Yields the exported names and their public attributes, with signatures."""
    for name in sorted(radiant_client.__all__):
        exported = getattr(radiant_client, name)
        yield f"{name}{signature_of(exported)}"
        if inspect.isclass(exported):
            inherited = {*dir(Exception), *dir(list)}
            for attribute in sorted(set(dir(exported)) - inherited):
                if not attribute.startswith("_"):
                    yield f"  {attribute}{signature_of(getattr(exported, attribute))}"


def test_public_names_and_signatures_equal_the_recorded_ones() -> None:
    """A change is a change of the public interface. Describe it in CHANGELOG.md and update the file."""
    assert list(public_names()) == PUBLIC_NAMES.read_text().splitlines()
