"""Tests of the static files: hashes of vendored files, and size."""

import gzip
import hashlib
import json
from importlib.resources import files

from gateway.console.static_files import FILE_NAMES

STATIC = files("gateway.console").joinpath("static")
FILE_BYTES_MAX = 90_000


def test_vendored_files_match_recorded_hashes() -> None:
    vendor = STATIC.joinpath("vendor")
    recorded = json.loads(vendor.joinpath("vendor.json").read_text())
    assert {name.removeprefix("vendor/") for name in FILE_NAMES if name.startswith("vendor/")} == set(recorded)
    for name, entry in recorded.items():
        content = vendor.joinpath(name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        if name.endswith(".gz"):
            assert hashlib.sha256(gzip.decompress(content)).hexdigest() == entry["unpacked_sha256"]


def test_files_of_every_page_are_below_size_limit() -> None:
    sizes = [len(STATIC.joinpath(name).read_bytes()) for name in FILE_NAMES if "echarts" not in name]
    assert sum(sizes) < FILE_BYTES_MAX
