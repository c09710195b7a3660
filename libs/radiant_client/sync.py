"""A face for programs without an event loop: the async client on a loop in a thread of its own.

Every call is passed on by one mechanism. Coroutines are waited for, async iterators become iterators, async
contexts become contexts, and the client's own parts are wrapped in turn.
"""

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Self

from radiant_client.brain.brain import Radiant
from radiant_client.brain.table import LocalTable
from radiant_client.ingest.ingest import Ingest
from radiant_client.ingest.stream import SignalStream
from radiant_client.learning import Learning
from radiant_client.recommend import Recommend
from radiant_client.spool.spool import Spool
from radiant_client.voice import Voice

_PARTS = (Radiant, Ingest, Recommend, Learning, LocalTable, SignalStream, Spool, Voice)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="radiant-client", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Runs a coroutine on the loop and gives its result; an interrupt cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Stops the loop and its thread; stopping again does nothing."""
        if self._thread.is_alive():
            self.wait(self._loop.shutdown_asyncgens())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class Blocking:
    """A blocking face of one part of the client: it has the part's methods and attributes."""

    def __init__(self, part: object, loop: Loop) -> None:
        self._part = part
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        """Gives the part's attribute or method, wrapped so that it blocks."""
        value = getattr(self._part, name)
        if inspect.isroutine(value):
            return lambda *args, **kwargs: self._pass_on(value, *args, **kwargs)
        return self._wrap(value)

    def __enter__(self) -> Self:
        """Enters the part."""
        self._pass_on(self._part.__aenter__)  # type: ignore[attr-defined]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the part."""
        self._pass_on(self._part.__aexit__, kind, error, trace)  # type: ignore[attr-defined]

    def _pass_on(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls a function on the loop, waits for what it promises and wraps what it gives."""

        async def call() -> Any:
            result = function(*args, **kwargs)
            return await result if inspect.iscoroutine(result) else result

        return self._wrap(self._loop.wait(call()))

    def _wrap(self, value: Any) -> Any:
        """Wraps a part of the client or an async iterator; gives anything else as it is."""
        if isinstance(value, _PARTS):
            return Blocking(value, self._loop)
        if isinstance(value, AsyncIterator):
            return self._iterate(value)
        return value

    def _iterate(self, items: AsyncIterator[Any]) -> Iterator[Any]:
        """Yields the items of an async iterator."""
        end = object()

        async def following() -> Any:
            return await anext(items, end)

        while (item := self._loop.wait(following())) is not end:
            yield item


class SyncRadiant(Blocking):
    """Radiant for programs without an event loop: the same methods and parts, each of which blocks."""

    @classmethod
    def connect(cls, **settings: Any) -> Self:
        """Connects as Radiant.connect does, with the same arguments."""
        loop = Loop()
        try:
            return cls(loop.wait(Radiant.connect(**settings)), loop)
        except BaseException:
            loop.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections and ends the thread."""
        self.close()

    def close(self) -> None:
        """Closes the connections and ends the thread."""
        try:
            self._pass_on(self._part.close)  # type: ignore[attr-defined]
        finally:
            self._loop.stop()
