"""A Brain in a process of its own, for tests that kill it: python -m tests.client.brain_process.

It reads lines from standard input, each the number of an output; it makes one write of each kind about that output
and prints the number with how many of them are spooled. An empty end of the input ends it.
"""

import asyncio
import sys

from radiant_client import Radiant, SpoolSettings, is_spooled
from tests.client.spooling import QUICK, manifest


async def brain(address: str, token: str, folder: str) -> None:
    """Writes as it is told until its input ends."""
    async with await Radiant.connect(
        ingest=address,
        neural=address,
        token=token,
        default_model="m",
        options=QUICK,
        ready_timeout=0.01,
        spool=SpoolSettings(folder=folder),
    ) as radiant:
        assert radiant.spool is not None
        sys.stdout.write(f"ready {radiant.spool.folder.name}\n")
        sys.stdout.flush()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            output = f"o{line}"
            answers = [
                await radiant.ingest.record_manifest(manifest(output)),
                await radiant.ingest.submit_feedback(output, "u", "negative"),
                await radiant.ingest.submit_feedback(output, "u", "positive"),
                await radiant.ingest.submit_signal(output, "u", "copy_response"),
            ]
            sys.stdout.write(f"{line} {sum(map(is_spooled, answers))}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(brain(*sys.argv[1:]))
