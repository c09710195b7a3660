"""The packages of the voice extra, imported when first needed, so that the suite runs without them."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kit.errors import Precondition


class PackageMissing(Precondition):
    """A package that voice feedback needs is not installed."""

    reason = "VOICE_PACKAGE_MISSING"

    def __init__(self, package: str) -> None:
        """Names the package and the extra that brings it."""
        super().__init__(f"Voice feedback needs the package {package}: install radiant-suite[voice].")


def load(module: str) -> Any:
    """Imports a module; raises PackageMissing when it is not installed, and nothing else is hidden."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise PackageMissing(module.replace("_", "-")) from error


def folder_of(module: str) -> Path | None:
    """Returns where a package is installed without importing it; None when it is not."""
    spec = find_spec(module)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
