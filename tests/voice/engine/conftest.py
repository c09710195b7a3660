"""Fixtures of the engine: the real model, loaded once, and recordings of real speech."""

from __future__ import annotations

import pytest

from voice.engine.availability import unavailable_reason

if unavailable_reason():
    collect_ignore_glob = ["test_*.py"]
else:
    from tests.voice.fixtures.sounds import RECORDINGS
    from voice.engine.audio import Clip, decode
    from voice.engine.settings import EngineSettings
    from voice.engine.whisper import Engine

    def recording(name: str) -> Clip:
        """Returns a recording of real speech; skips the test when it does not exist."""
        path = RECORDINGS / name
        if not path.is_file():
            pytest.skip(f"no recording of speech at {path}")
        return decode(path.read_bytes())

    @pytest.fixture(scope="session")
    def settings(tmp_path_factory: pytest.TempPathFactory) -> EngineSettings:
        """Returns the default settings with two threads on the CPU."""
        return EngineSettings(cache=tmp_path_factory.mktemp("weights"), device="cpu", cpu_threads=2)

    @pytest.fixture(scope="session")
    def engine(settings: EngineSettings) -> Engine:
        """Returns the engine with the multilingual base model as int8."""
        return Engine(settings)

    @pytest.fixture(scope="session")
    def jfk() -> Clip:
        """Returns eleven seconds of an English speech."""
        return recording("jfk.flac")

    @pytest.fixture(scope="session")
    def english() -> Clip:
        """Returns three English words."""
        return recording("sr_english.wav")

    @pytest.fixture(scope="session")
    def french() -> Clip:
        """Returns a French sentence."""
        return recording("sr_french.aiff")
