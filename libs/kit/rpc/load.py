"""Work that is under way is bounded: what comes on top is refused at once, with a time to try again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import grpc

from kit.errors import Exhausted
from kit.metrics import Counter
from kit.rpc.status import abort, to_status

SHED = Counter("radiant_rpc_shed_total", "Unary calls refused because too many were under way.")

RETRY_AFTER = timedelta(seconds=1)

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]


class Load:
    """Counts the unary calls of a server that are under way."""

    def __init__(self, calls_max: int) -> None:
        """Takes the most calls at a time; 0 sets no limit."""
        self._calls_max, self._running = calls_max, 0
        refusal = Exhausted("The service has more to do than it can in time.", RETRY_AFTER, reason="OVERLOADED")
        self._refusal = to_status(refusal)

    def bounded(self, handler: Handler) -> Handler:
        """Returns the handler of a unary method, refusing what is too much before anything is done for it.

        Streams are left as they are: each is bounded by what it has in flight.
        """
        serve: Any = handler.unary_unary
        if serve is None or not self._calls_max:
            return handler

        async def bounded(request: Any, context: Any) -> Any:
            if self._running >= self._calls_max:
                SHED.inc()
                await abort(context, *self._refusal)
            self._running += 1
            try:
                return await serve(request, context)
            finally:
                self._running -= 1

        return grpc.unary_unary_rpc_method_handler(bounded, handler.request_deserializer, handler.response_serializer)
