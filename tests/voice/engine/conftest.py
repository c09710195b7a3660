"""The real model, loaded once, and real speech."""

from __future__ import annotations

import pytest

from voice.engine.availability import why_off

if why_off():
    collect_ignore_glob = ["test_*.py"]
else:
    from tests.voice.engine.sounds import RECORDINGS
    from voice.engine.audio import Clip, decode
    from voice.engine.settings import EngineSettings
    from voice.engine.whisper import Engine

    def recording(name: str) -> Clip:
        """Decodes a recording of real speech; skips the test where it is absent."""
        path = RECORDINGS / name
        if not path.is_file():
            pytest.skip(f"no recording of speech at {path}")
        return decode(path.read_bytes())

    @pytest.fixture(scope="session")
    def settings(tmp_path_factory: pytest.TempPathFactory) -> EngineSettings:
        """Gives the default settings on two threads of a processor."""
        return EngineSettings(cache=tmp_path_factory.mktemp("weights"), device="cpu", cpu_threads=2)

    @pytest.fixture(scope="session")
    def engine(settings: EngineSettings) -> Engine:
        """Gives the multilingual base model as int8."""
        return Engine(settings)

    @pytest.fixture(scope="session")
    def jfk() -> Clip:
        """Gives eleven seconds of an English speech."""
        return recording("jfk.flac")

    @pytest.fixture(scope="session")
    def english() -> Clip:
        """Gives three English words."""
        return recording("sr_english.wav")

    @pytest.fixture(scope="session")
    def french() -> Clip:
        """Gives a French sentence."""
        return recording("sr_french.aiff")
