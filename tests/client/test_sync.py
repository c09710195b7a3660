"""SyncRadiant against fake services on the event loop of another thread."""

import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest

from cli.embedded.process import free_port
from radiant_client import InvalidRequest, SyncRadiant, implicit_signal, is_spooled
from radiant_client.sync import LoopThread
from tests.client.fixtures.fake_services import FakeSuite, StatusError, entry, fake_suite, part
from tests.client.fixtures.spool_clients import FAST_RECONNECT, token_of


@pytest.fixture
def served() -> Iterator[FakeSuite]:
    """Yields the fakes on a separate event loop."""
    loop, stack = LoopThread(), AsyncExitStack()

    async def serve() -> FakeSuite:
        return await stack.enter_async_context(fake_suite())

    yield loop.run(serve())
    loop.run(stack.aclose())
    loop.stop()


@pytest.fixture
def radiant(served: FakeSuite) -> Iterator[SyncRadiant]:
    """Yields a client with one model in its table."""
    served.recommend.parts.put_nowait(part(entry({"a": 1.0})))
    with SyncRadiant.connect(
        ingest=served.address, neural=served.address, token="t", default_model="m", ready_timeout=5.0
    ) as client:
        yield client


def test_sync_client_every_part_returns_results(served: FakeSuite, radiant: SyncRadiant) -> None:
    assert radiant.choose("u1", "chat", candidates=["a"]).source == "table"
    assert radiant.table.decide("u1", "chat", "").model == "a"
    assert radiant.table.version == 1
    radiant.ingest.submit_feedback("o1", "u1", "positive")
    assert served.ingest.requests[0].feedback.output_id == "o1"
    assert [one.model for one in radiant.recommend.list_scores("tenant")] == ["a", "b", "c"]
    assert radiant.mix({"a": 0.5}, radiant.table.models("", "chat", ""))[0].model == "a"


def test_sync_client_voice_feedback_returns_the_response(served: FakeSuite, radiant: SyncRadiant) -> None:
    sound = [b"a" * 100_000, b"b"]
    assert radiant.ingest.submit_voice_feedback("o1", "u1", sound).audio_bytes == 100_001
    assert radiant.ingest.submit_voice_feedback("o1", "u1", iter(sound), request_id="r").audio_bytes == 100_001
    assert served.ingest.requests[1][0].header.request_id == "r"


def test_sync_client_stream_returns_acknowledgements(served: FakeSuite, radiant: SyncRadiant) -> None:
    with radiant.ingest.stream(max_in_flight=2) as stream:
        ack = stream.send(signals=[implicit_signal("o1", "u1", "regenerate")])
    assert ack.accepted_count == 1
    assert len(served.ingest.batches) == 1


def test_sync_client_failed_call_raises_the_same_error(served: FakeSuite, radiant: SyncRadiant) -> None:
    served.ingest.responses = [StatusError(grpc.StatusCode.INVALID_ARGUMENT, "bad")]
    with pytest.raises(InvalidRequest, match="bad"):
        radiant.ingest.submit_feedback("o1", "u1", "positive")
    with pytest.raises(AttributeError):
        _ = radiant.ingest.no_such_call


def test_sync_client_closed_stops_its_thread(served: FakeSuite) -> None:
    before = threading.active_count()
    client = SyncRadiant.connect(
        ingest=served.address, neural=served.address, token="t", default_model="m", ready_timeout=0.01
    )
    assert threading.active_count() > before
    client.close()
    assert "radiant-client" not in [one.name for one in threading.enumerate()][before:]


def test_sync_client_with_spool_sends_spooled_writes_later(tmp_path: Path) -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    with SyncRadiant.connect(
        ingest=address,
        neural=address,
        token=token_of("acme"),
        default_model="m",
        options=FAST_RECONNECT,
        ready_timeout=0.01,
        spool=str(tmp_path),
    ) as client:
        answer = client.ingest.submit_feedback("o1", "u1", "positive")
        assert is_spooled(answer)
        assert client.health().spool.records == 1
        assert not client.spool.drained(0.01)
        loop, stack = LoopThread(), AsyncExitStack()

        async def serve() -> FakeSuite:
            return await stack.enter_async_context(fake_suite(port))

        served = loop.run(serve())
        try:
            assert client.spool.drained(10.0)
            assert [one.request_id for one in served.ingest.requests] == [answer.request_id]
            assert client.spool.dead_letters() == []
        finally:
            loop.run(stack.aclose())
            loop.stop()
