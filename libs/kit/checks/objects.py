"""Checks of the object store: an object can be stored, read and deleted, and other users cannot read a folder."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kit.checks.finding import Finding, fail, ok
from kit.errors import RadiantError
from kit.ids import new_id
from kit.objects import BUCKETS, open_store

TIMEOUT = timedelta(seconds=10)
CONTENT = b"written by a check of radiant, can be deleted"


async def object_findings(url: str) -> AsyncIterator[Finding]:
    """Stores, reads and deletes an object below the prefix `checks/`, and yields findings."""
    if public := _public_folder(url):
        yield public
        return
    key = f"checks/{new_id()}"
    try:
        store = open_store(url, TIMEOUT)
        await store.put(key, _content())
        is_equal = await store.get(key) == CONTENT
        await store.delete(key)
    except (RadiantError, OSError, ValueError) as error:
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        yield fail(f"recordings cannot be stored: {error}{cause}", "check RADIANT_AUDIO_URL and its credentials")
        return
    if is_equal:
        yield ok("recordings can be stored")
    else:
        yield fail("the object store returns other bytes than were stored", "check RADIANT_AUDIO_URL")


def _public_folder(url: str) -> Finding | None:
    """Returns a failure if other users can access an existing folder of recordings."""
    parts = urlsplit(url)
    path = Path(unquote(parts.path) if parts.scheme else url).expanduser()
    if parts.scheme in BUCKETS or not path.exists():
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    return fail(f"other users can access {path} (mode {mode:04o})", f"chmod 700 {path}") if mode & 0o077 else None


async def _content() -> AsyncIterator[bytes]:
    yield CONTENT
