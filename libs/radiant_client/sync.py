"""Blocking client for programs without an event loop. It runs the asyncio client on a separate thread.

One proxy class forwards all calls. It waits for coroutines, converts asynchronous iterators and context managers to
blocking ones, and wraps the parts of the client in further proxies.
"""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Self

from radiant_client.brain.table import LocalTable
from radiant_client.client import Radiant
from radiant_client.services.ingest import Ingest
from radiant_client.services.learning import Learning
from radiant_client.services.recommend import Recommend
from radiant_client.services.signal_stream import SignalStream
from radiant_client.services.voice import Voice
from radiant_client.spool.spool import Spool

_PARTS = (Radiant, Ingest, Recommend, Learning, LocalTable, SignalStream, Spool, Voice)


class LoopThread:
    """A thread that runs an event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="radiant-client", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Returns the result of a coroutine run on the loop. An interrupt of the caller cancels the coroutine."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Stops the loop and the thread. Further calls do nothing."""
        if self._thread.is_alive():
            self.run(self._loop.shutdown_asyncgens())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class BlockingProxy:
    """A blocking proxy of one part of the client, with the same methods and attributes."""

    def __init__(self, part: object, loop: LoopThread) -> None:
        self._part = part
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        """Returns an attribute of the part, or a blocking version of a method."""
        value = getattr(self._part, name)
        if inspect.isroutine(value):
            return lambda *args, **kwargs: self._call(value, *args, **kwargs)
        return self._wrap(value)

    def __enter__(self) -> Self:
        """Enters the asynchronous context of the part."""
        self._call(self._part.__aenter__)  # type: ignore[attr-defined]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Exits the asynchronous context of the part."""
        self._call(self._part.__aexit__, kind, error, trace)  # type: ignore[attr-defined]

    def _call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls a function on the loop, waits for its result and wraps it."""

        async def call() -> Any:
            result = function(*args, **kwargs)
            return await result if inspect.iscoroutine(result) else result

        return self._wrap(self._loop.run(call()))

    def _wrap(self, value: Any) -> Any:
        """Returns a proxy for a part of the client, an iterator for an asynchronous one, and other values unchanged."""
        if isinstance(value, _PARTS):
            return BlockingProxy(value, self._loop)
        if isinstance(value, AsyncIterator):
            return self._iterate(value)
        return value

    def _iterate(self, items: AsyncIterator[Any]) -> Iterator[Any]:
        """Yields the items of an asynchronous iterator."""
        end = object()

        async def next_item() -> Any:
            return await anext(items, end)

        while (item := self._loop.run(next_item())) is not end:
            yield item


class SyncRadiant(BlockingProxy):
    """Blocking version of Radiant with the same methods and parts."""

    @classmethod
    def connect(cls, **settings: Any) -> Self:
        """Connects with the arguments of Radiant.connect."""
        loop = LoopThread()
        try:
            return cls(loop.run(Radiant.connect(**settings)), loop)
        except BaseException:
            loop.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections and stops the thread."""
        self.close()

    def close(self) -> None:
        """Closes the connections and stops the thread."""
        try:
            self._call(self._part.close)  # type: ignore[attr-defined]
        finally:
            self._loop.stop()
