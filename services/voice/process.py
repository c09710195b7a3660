"""How a process of the service lives: settings, everything wired, until told to stop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from kit.errors import RadiantError
from kit.lifecycle import serve_until_stopped
from kit.logs import configure
from kit.metrics import serve_metrics
from kit.redaction import redacted
from kit.rpc.server import PublicDevelopmentError
from kit.settings import SettingsError
from voice.app import OpenEars, wired
from voice.settings import VoiceSettings

Run = Callable[[Coroutine[Any, Any, None]], None]


async def live(settings: VoiceSettings, *, serves: bool, open_ears: OpenEars | None = None) -> None:
    """Serves, or works on the queue, until SIGTERM or SIGINT; then drains."""
    with serve_metrics(settings.metrics_port):
        async with wired(settings, serves=serves, open_ears=open_ears) as process:
            await process.start()
            await serve_until_stopped(process, settings.rpc.grace)


def main(environ: Mapping[str, str], run: Run, *, serves: bool, open_ears: OpenEars | None = None) -> int:
    """Returns 0 after a drain, 1 when the process cannot start, 2 for bad settings; `run` starts the event loop."""
    try:
        settings = VoiceSettings.from_env(environ)
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    configure("voice" if serves else "voice-worker", settings.log_level)
    try:
        run(live(settings, serves=serves, open_ears=open_ears))
    except (OSError, RadiantError, PublicDevelopmentError, ValueError) as problem:
        sys.stderr.write(redacted(f"{problem}\n"))
        return 1
    return 0
