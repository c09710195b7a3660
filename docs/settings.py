"""`python docs/settings.py`: writes docs/settings.md and kit/settings/keys.txt from the settings' declarations."""

from __future__ import annotations

from pathlib import Path

from cli.settings import SuiteSettings
from experiments.settings import ExperimentsSettings
from gateway.settings import GatewaySettings
from ingest.settings import IngestSettings
from kit.settings.document import document, keys
from neural.settings import NeuralSettings
from voice.settings import VoiceSettings

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "settings.md"
KEYS = ROOT / "libs" / "kit" / "settings" / "keys.txt"
SETTINGS = {
    "ingest": IngestSettings,
    "neural": NeuralSettings,
    "experiments": ExperimentsSettings,
    "voice": VoiceSettings,
    "gateway": GatewaySettings,
    "radiant up, radiant serve": SuiteSettings,
}
HEADER = """# Settings

A setting is an environment variable. One YAML file can hold settings as well: set `RADIANT_CONFIG` to its path. Its
keys are the names of the variables without `RADIANT_`, in lower case:

    ingest_committers: 4
    redact_pii: on

The environment takes precedence over the file, and the file over the defaults. An empty value counts as not set. An
unknown key in the file and a value out of range are errors that name the setting. `make docs` writes this page.

`DATABASE_URL` and `REDIS_URL` (without a prefix) are the servers that `radiant up`, `radiant serve` and
`radiant migrate` use.

"""
UNPREFIXED = {"RADIANT_OWNER_DATABASE_URL": "DATABASE_URL", "RADIANT_SUITE_REDIS_URL": "REDIS_URL"}


def page() -> str:
    """Returns docs/settings.md."""
    text = document(SETTINGS)
    for internal, name in UNPREFIXED.items():
        text = text.replace(internal, name)
    return HEADER + text


def known_keys() -> str:
    """Returns the keys of the settings file, one a line."""
    return keys(SETTINGS.values())


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
    KEYS.write_text(known_keys(), encoding="utf-8")
