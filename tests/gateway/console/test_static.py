"""Vendored files are what they are said to be, and pages stay light."""

import gzip
import hashlib
import json
from importlib.resources import files

from gateway.console.static import NAMES

VENDOR = files("gateway.console").joinpath("static", "vendor")


def test_vendored_files_have_the_hashes_that_are_written_down() -> None:
    listed = json.loads(VENDOR.joinpath("vendor.json").read_text())
    assert {name.removeprefix("vendor/") for name in NAMES if name.startswith("vendor/")} == set(listed)
    for name, each in listed.items():
        content = VENDOR.joinpath(name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
        if name.endswith(".gz"):
            assert hashlib.sha256(gzip.decompress(content)).hexdigest() == each["unpacked_sha256"]


def test_what_every_page_loads_is_small() -> None:
    static = files("gateway.console").joinpath("static")
    sizes = [len(static.joinpath(name).read_bytes()) for name in NAMES if "echarts" not in name]
    assert sum(sizes) < 90_000
