"""Reads request bodies within a size limit and a timeout."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta

from starlette.requests import ClientDisconnect, Request

from gateway.callers.tenant_limits import Admission
from gateway.http.problems import Problem
from gateway.http.settings import HttpLimits

DRAIN_BYTES_MAX, DRAIN_TIMEOUT = 8 * 1024 * 1024, timedelta(seconds=2)
"""Limits on reading the rest of a rejected body. Most clients read the response only after they sent the body."""


async def read_json_body(request: Request, limits: HttpLimits, admission: Admission) -> bytes:
    """Returns the bytes of a JSON body and counts them in the admission.

    Raises Exhausted if the tenant has too many bytes in flight, and Problem with status 415 for another media type,
    413 for a body that is too large, 408 for a body that is too slow, and 499 when the client disconnects.
    """
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.replace('"', "").strip().lower()
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The Content-Type must be application/json in UTF-8.")
    bytes_max = limits.body_bytes_max
    too_large = Problem(413, "BODY_TOO_LARGE", f"The body must have at most {bytes_max} bytes.")
    if content_length(request) > bytes_max:
        raise too_large
    body = bytearray()
    async with contextlib.aclosing(stream_body(request, limits.read_timeout, limits.read_timeout)) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > bytes_max:
                raise too_large
            admission.add_bytes(len(chunk))
    return bytes(body)


def content_length(request: Request) -> int:
    """Returns the Content-Length in bytes; 0 if the header is missing or malformed."""
    value = request.headers.get("content-length", "")
    return int(value) if value.isdecimal() and len(value) < 20 else 0


async def stream_body(
    request: Request, chunk_timeout: timedelta, total_timeout: timedelta
) -> AsyncGenerator[bytes, None]:
    """Yields the chunks of a body.

    Raises Problem with status 408 when a chunk or the whole body exceeds its timeout, and 499 when the client
    disconnects.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + total_timeout.total_seconds()
    async with contextlib.aclosing(request.stream()) as stream:
        while True:
            remaining_s = max(0.0, deadline - clock())
            try:
                async with asyncio.timeout(min(chunk_timeout.total_seconds(), remaining_s)):
                    chunk = await anext(stream, None)
            except TimeoutError:
                raise Problem(408, "BODY_TOO_SLOW", "The body did not arrive within the read timeout.") from None
            except ClientDisconnect:
                raise Problem(499, "CANCELLED", "The client closed the connection.") from None
            if chunk is None:
                return
            yield chunk


async def drain_body(request: Request) -> None:
    """Reads and drops the rest of a rejected body, up to DRAIN_BYTES_MAX and DRAIN_TIMEOUT."""
    drained = 0
    with contextlib.suppress(Problem, RuntimeError):  # RuntimeError: the body was read to its end
        async with contextlib.aclosing(stream_body(request, DRAIN_TIMEOUT, DRAIN_TIMEOUT)) as chunks:
            async for chunk in chunks:
                drained += len(chunk)
                if drained > DRAIN_BYTES_MAX:
                    return
