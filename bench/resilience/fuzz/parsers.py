"""Coverage-guided fuzzing (atheris) of the parsers of untrusted input, each in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "audio": (
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"fLaC\x00\x00\x00\x22",
        b"\x1aE\xdf\xa3\x01",
        b"ID3\x04\x00",
        b"OggS\x00\x02",
        b"\xff\xfb\x90\x00",
        b"FORM\x00\x00\x00\x00AIFF",
        b"\x00\x00\x00\x18ftypM4A ",
    ),
    "signal_value": (b'{"a": [1, {"b": null}]}', b'{"text": "x"}', b"[" * 300),
    "page_token": (b"e30=", b"WyJhIiwgMV0="),
    "rest_body": (
        b'{"outputId": "o", "userId": "u", "rating": "RATING_POSITIVE", "source": "FEEDBACK_SOURCE_API"}',
        b"{}",
    ),
    "otlp": (
        b"\n\x10\x12\x0e\x12\x0c\n\x04name\x12\x04\n\x02ab",
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{}]}]}]}',
    ),
    "token": (b"Bearer eyJhbGciOiJub25lIn0.e30.", b"Bearer a.b.c"),
}
"""Seed inputs by parser."""


def run(name: str, runs: int, start: int) -> tuple[int, str]:
    """Runs a parser on `runs` inputs. Returns the number of executed inputs and, after a crash, the report's end."""
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(SEEDS[name]):
            (Path(folder) / f"seed-{number}").write_bytes(content)
        flags = [
            f"-runs={runs}",
            f"-seed={start}",
            "-max_len=4096",
            "-print_final_stats=1",
            "-timeout=10",
            f"-artifact_prefix={folder}/",
        ]
        command = [sys.executable, "-m", "bench.resilience.fuzz.parser_target", name, folder, *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
        output = done.stderr + done.stdout
        stats = re.search(r"stat::number_of_executed_units:\s*(\d+)", output)
        return (int(stats[1]) if stats else 0), ("" if done.returncode == 0 else output[-3000:])
