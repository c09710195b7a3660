"""The bodies of requests as they arrive: within their size, within their time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta

from starlette.requests import ClientDisconnect, Request

from gateway.http.problems import Problem
from gateway.settings import HttpLimits

LINGER_BYTES, LINGER = 8 * 1024 * 1024, timedelta(seconds=2)
"""What is still taken of a body that is refused, so that its sender gets to read why."""


async def json_body(request: Request, limits: HttpLimits) -> bytes:
    """Returns a whole body of JSON; raises Problem: 415, 413, 408, or 499 when the caller goes away."""
    kind, _, more = request.headers.get("content-type", "").partition(";")
    charset = more.replace('"', "").strip().lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.")
    most = limits.body_bytes_max
    large = Problem(413, "BODY_TOO_LARGE", f"The body must have at most {most} bytes.")
    if told_bytes(request) > most:
        raise large
    parts = bytearray()
    async with contextlib.aclosing(arriving(request, limits.read_timeout, limits.read_timeout)) as pieces:
        async for piece in pieces:
            parts += piece
            if len(parts) > most:
                raise large
    return bytes(parts)


def told_bytes(request: Request) -> int:
    """Returns how long the body is by its own account; 0 where it does not say."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isdecimal() and len(told) < 20 else 0


async def arriving(request: Request, silence: timedelta, whole: timedelta) -> AsyncGenerator[bytes, None]:
    """Yields a body as it comes; raises Problem when the sender is silent or slow for too long, or goes away."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + whole.total_seconds()
    async with contextlib.aclosing(request.stream()) as stream:
        while True:
            left = max(0.0, deadline - clock())
            try:
                async with asyncio.timeout(min(silence.total_seconds(), left)):
                    piece = await anext(stream, None)
            except TimeoutError:
                raise Problem(408, "BODY_TOO_SLOW", "The body did not arrive in time.") from None
            except ClientDisconnect:
                raise Problem(499, "CANCELLED", "The caller went away.") from None
            if piece is None:
                return
            yield piece


async def linger(request: Request) -> None:
    """Takes a little of what is left of a refused body and drops it."""
    taken = 0
    with contextlib.suppress(Problem, RuntimeError):  # the latter where nothing is left
        async with contextlib.aclosing(arriving(request, LINGER, LINGER)) as pieces:
            async for piece in pieces:
                taken += len(piece)
                if taken > LINGER_BYTES:
                    return
