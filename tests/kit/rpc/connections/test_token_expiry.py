"""Open streams end when the token of the caller expires."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest

from kit.auth.tokens import SharedKeyTokens, mint
from kit.rpc.connections.expiry import Expiry
from kit.rpc.server import RpcServerSettings, build_server
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from radiant.ingest.v1 import ingest_service_pb2_grpc as ingest_grpc
from tests.kit.fixtures.scripted_servicer import (
    CALLER,
    METHODS,
    SHAPES,
    Script,
    ScriptedIngest,
    Serving,
    good_requests,
    serving,
)
from tests.support.suite import KEY

STREAMS = [shape for shape in SHAPES if shape != "unary_unary"]


def short_lived(seconds: int = 2) -> list[tuple[str, str]]:
    """Returns the metadata of a token that expires in up to this time."""
    return [("authorization", f"Bearer {mint(KEY, 'acme', CALLER, timedelta(seconds=seconds))}")]


@pytest.mark.parametrize("shape", STREAMS)
async def test_open_stream_ends_when_its_token_expires(shape: str) -> None:
    script = Script(hold=asyncio.Event()) if shape == "unary_stream" else Script()
    async with serving(script) as served:
        begun = time.monotonic()
        outcome = await asyncio.wait_for(served.call(shape, metadata=short_lived(), stays_after=1), 20)
        assert outcome.code is grpc.StatusCode.UNAUTHENTICATED
        assert outcome.info.reason == "TOKEN_EXPIRED"
        assert len(outcome.trailing["x-request-id"]) == 36
        assert time.monotonic() - begun < 10
    if shape == "stream_stream":
        assert len(outcome.answers) == 1, "the answer to the earlier request was sent"


@pytest.mark.parametrize("shape", SHAPES)
async def test_call_that_ends_before_its_token_expires_succeeds(shape: str) -> None:
    async with serving(Script()) as served:
        outcome = await served.call(shape, metadata=short_lived(5))
    assert outcome.code is grpc.StatusCode.OK


class SlowIngest(ScriptedIngest):
    """Answers each batch once the event of the script is set."""

    async def StreamSignals(self, request_iterator: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        async for request in request_iterator:
            self.script.entered.set()
            assert self.script.hold is not None
            await self.script.hold.wait()
            yield ingest.StreamSignalsResponse(batch_id=request.batch_id)


async def test_answer_to_batch_that_was_read_before_the_expiry_is_sent_after_it() -> None:
    script = Script(hold=asyncio.Event())
    server = build_server(RpcServerSettings(), SharedKeyTokens(KEY))
    server.add(ingest_grpc.add_IngestServiceServicer_to_server, SlowIngest(script), METHODS)  # type: ignore[abstract]
    port = await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            batches = good_requests("stream_stream")
            metadata = short_lived(2)
            task = asyncio.create_task(
                Serving(channel, server, port).call("stream_stream", batches, metadata=metadata, stays_after=2)
            )
            await asyncio.wait_for(script.entered.wait(), 5)
            expires_at_s = SharedKeyTokens(KEY).authenticate(metadata[0][1]).expires_at_s
            await asyncio.sleep(max(0.0, expires_at_s - time.time()) + 0.1)
            assert not task.done(), "the stream waits for the answers"
            assert script.hold is not None
            script.hold.set()
            outcome = await asyncio.wait_for(task, 10)
    finally:
        await server.stop(timedelta())
    assert [answer.batch_id for answer in outcome.answers] == [batches[0].batch_id]
    assert outcome.info.reason == "TOKEN_EXPIRED"


async def test_wait_for_answers_after_the_expiry_is_limited() -> None:
    async def never() -> AsyncIterator[int]:
        await asyncio.Event().wait()
        yield 0

    expiry = Expiry(time.time())
    with expiry.watched(extra=timedelta(milliseconds=50)):
        with pytest.raises(Exception, match="The token has expired while the stream was open"):
            await asyncio.wait_for(expiry.next(never()), 10)
        with pytest.raises(Exception, match="The token has expired"):
            expiry.check()


async def test_cancelled_stream_is_not_reported_as_expired() -> None:
    async def never() -> AsyncIterator[int]:
        await asyncio.Event().wait()
        yield 0

    async def wait() -> None:
        expiry = Expiry(time.time() + 3600)
        with expiry.watched():
            await expiry.next(never())

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
