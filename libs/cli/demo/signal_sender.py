"""Sends the signals of one tenant in batches over one stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from radiant.ingest.v1 import feedback_pb2
from radiant_client import SignalStream

BATCH_MAX = 500
_LINGER_S = 0.1  # signals within this time after the first one share its batch, as in a chat backend


class SignalSender:
    """Collects signals while a batch is in flight and sends them as the next batch."""

    def __init__(self, stream: SignalStream) -> None:
        """Takes an open stream for exclusive use."""
        self._stream = stream
        self._waiting: asyncio.Queue[feedback_pb2.ImplicitSignal | None] = asyncio.Queue()
        self.acknowledged = 0
        """Signals whose commit was confirmed."""
        self.batches = 0
        """Batches with these signals."""

    def queue(self, signals: Sequence[feedback_pb2.ImplicitSignal]) -> None:
        """Queues signals for sending."""
        for signal in signals:
            self._waiting.put_nowait(signal)

    def close(self) -> None:
        """Makes `run` return after all queued signals are acknowledged."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Sends batches until `close` is called; raises RadiantClientError when the stream fails."""
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
