"""Imports packages of the voice extra on first use, so that the suite runs without them."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kit.errors import Precondition


class PackageMissing(Precondition):
    """A package of the voice extra is not installed."""

    reason = "VOICE_PACKAGE_MISSING"

    def __init__(self, package: str) -> None:
        """Takes the name of the package."""
        message = f"Voice feedback needs the package {package}: run `pip install 'radiant-suite[voice]'`."
        super().__init__(message)


def import_package(module: str) -> Any:
    """Returns the imported module. Raises PackageMissing when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:  # one of its own dependencies is missing
            raise
        raise PackageMissing(module.replace("_", "-")) from error


def package_folder(module: str) -> Path | None:
    """Returns the folder of an installed package without importing it; None when it is not installed."""
    spec = find_spec(module)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
