"""Ears that follow a script: the recording itself says what is heard in it. Run as a module, a service with them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from kit.errors import RadiantError, Unavailable
from voice.domain.ports import Ears, Understood
from voice.engine.rejection import AudioRejected, Rejection
from voice.pipeline.translation import Translation
from voice.process import main
from voice.settings import HearingSettings

JOURNAL = "TEST_VOICE_JOURNAL"
"""Names the file to which each begun hearing adds a line."""


class PoisonError(RadiantError):
    """This recording breaks whoever hears it."""

    reason = "HEARING_FAILED"


class ScriptedEars:
    """Hears JSON: say, seconds (of work), fail, silent, deadly; and remembers what it heard."""

    def __init__(self, journal: Path | None = None) -> None:
        """Takes a file for what was begun."""
        self.heard: list[str] = []
        self.healed = False
        self._journal = journal

    async def understand(self, data: bytes, *, language: str = "", translate: bool = True) -> Understood:
        """Does as the recording says."""
        script: dict[str, Any] = json.loads(data)
        say = str(script.get("say", ""))
        self.heard.append(say)
        if self._journal is not None:
            with self._journal.open("a") as file:
                file.write(say + "\n")
        await asyncio.sleep(script.get("seconds", 0))
        if script.get("deadly"):
            os._exit(9)
        fail = "" if self.healed else script.get("fail")
        if fail == "rejected":
            raise AudioRejected(Rejection.CORRUPT, "The recording is damaged and cannot be played.")
        if fail == "poison":
            raise PoisonError
        if fail == "outage":
            raise Unavailable
        if fail == "bug":
            raise ZeroDivisionError("secret")
        if script.get("silent"):
            return Understood(no_speech=True, seconds=2.0, model="script")
        return Understood(
            no_speech=False,
            text=say,
            language="en",
            language_probability=0.9,
            english=say,
            confidence=0.8,
            seconds=2.0,
            model="script",
            sentiment=0.7,
            rating=1,
            categories=("accuracy",),
        )


def script(say: str, **more: Any) -> bytes:
    """Writes a recording."""
    return json.dumps({"say": say, **more}).encode()


def opener(ears: Ears) -> Any:
    """Returns what opens these ears."""

    @contextlib.asynccontextmanager
    async def opened(settings: HearingSettings, translation: Translation) -> AsyncIterator[Ears]:
        yield ears

    return opened


if __name__ == "__main__":
    journal = Path(os.environ[JOURNAL])
    sys.exit(main(os.environ, asyncio.run, serves=True, open_ears=opener(ScriptedEars(journal))))
