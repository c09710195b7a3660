"""What people of one tenant do, sent in batches over one stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from radiant.ingest.v1 import feedback_pb2
from radiant_client import SignalStream

BATCH_MAX = 500
_LINGER_S = 0.1  # what follows the first signal within this goes with it, as a chat backend would send it


class Speaker:
    """Collects signals for a moment, and while a batch is on its way, and sends them as the next one."""

    def __init__(self, stream: SignalStream) -> None:
        """Takes an open stream, used by nobody else."""
        self._stream = stream
        self._waiting: asyncio.Queue[feedback_pb2.ImplicitSignal | None] = asyncio.Queue()
        self.acknowledged = 0
        """Signals whose commit was confirmed."""
        self.batches = 0
        """Batches that carried them."""

    def say(self, signals: Sequence[feedback_pb2.ImplicitSignal]) -> None:
        """Leaves signals to be sent."""
        for signal in signals:
            self._waiting.put_nowait(signal)

    def end(self) -> None:
        """Lets run() return once everything that was said is acknowledged."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Sends until end() was called; raises RadiantClientError when the stream cannot go on."""
        ended = False
        while not ended:
            batch = [await self._waiting.get()]
            if batch[0] is not None:
                await asyncio.sleep(_LINGER_S)
            while len(batch) < BATCH_MAX and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            ended = batch[-1] is None
            signals = [signal for signal in batch if signal is not None]
            if signals:
                ack = await self._stream.send(signals=signals)
                self.acknowledged += ack.accepted_count
                self.batches += 1
