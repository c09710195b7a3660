"""The face without an event loop, against services in a loop of another thread."""

import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest

from radiant_client import InvalidRequest, SyncRadiant, implicit_signal, is_spooled
from radiant_client.sync import Loop
from tests.client.fixtures.fake_services import Refusal, Suite, entry, part, suite
from tests.client.fixtures.spool_clients import QUICK, token_of
from tests.support.suite import free_port


@pytest.fixture
def served() -> Iterator[Suite]:
    """Gives the fakes on a loop of their own."""
    loop, stack = Loop(), AsyncExitStack()

    async def serve() -> Suite:
        return await stack.enter_async_context(suite())

    yield loop.wait(serve())
    loop.wait(stack.aclose())
    loop.stop()


@pytest.fixture
def radiant(served: Suite) -> Iterator[SyncRadiant]:
    """Gives a connected client whose table knows a model."""
    served.recommend.parts.put_nowait(part(entry({"a": 1.0})))
    with SyncRadiant.connect(
        ingest=served.address, neural=served.address, token="t", default_model="m", ready_timeout=5.0
    ) as client:
        yield client


def test_every_part_blocks(served: Suite, radiant: SyncRadiant) -> None:
    assert radiant.choose("u1", "chat", candidates=["a"]).source == "table"
    assert radiant.table.decide("u1", "chat", "").model == "a"
    assert radiant.table.version == 1
    radiant.ingest.submit_feedback("o1", "u1", "positive")
    assert served.ingest.requests[0].feedback.output_id == "o1"
    assert [one.model for one in radiant.recommend.list_scores("tenant")] == ["a", "b", "c"]
    assert radiant.mix({"a": 0.5}, radiant.table.models("", "chat", ""))[0].model == "a"


def test_speaking_blocks(served: Suite, radiant: SyncRadiant) -> None:
    sound = [b"a" * 100_000, b"b"]
    assert radiant.ingest.submit_voice_feedback("o1", "u1", sound).audio_bytes == 100_001
    assert radiant.ingest.submit_voice_feedback("o1", "u1", iter(sound), request_id="r").audio_bytes == 100_001
    assert served.ingest.requests[1][0].header.request_id == "r"


def test_a_stream_blocks_too(served: Suite, radiant: SyncRadiant) -> None:
    with radiant.ingest.stream(max_in_flight=2) as stream:
        ack = stream.send(signals=[implicit_signal("o1", "u1", "regenerate")])
    assert ack.accepted_count == 1
    assert len(served.ingest.batches) == 1


def test_errors_come_through(served: Suite, radiant: SyncRadiant) -> None:
    served.ingest.steps = [Refusal(grpc.StatusCode.INVALID_ARGUMENT, "bad")]
    with pytest.raises(InvalidRequest, match="bad"):
        radiant.ingest.submit_feedback("o1", "u1", "positive")
    with pytest.raises(AttributeError):
        _ = radiant.ingest.no_such_call


def test_closing_ends_the_thread(served: Suite) -> None:
    before = threading.active_count()
    client = SyncRadiant.connect(
        ingest=served.address, neural=served.address, token="t", default_model="m", ready_timeout=0.01
    )
    assert threading.active_count() > before
    client.close()
    assert "radiant-client" not in [one.name for one in threading.enumerate()][before:]


def test_a_spool_waits_without_a_loop_too(tmp_path: Path) -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    with SyncRadiant.connect(
        ingest=address,
        neural=address,
        token=token_of("acme"),
        default_model="m",
        options=QUICK,
        ready_timeout=0.01,
        spool=str(tmp_path),
    ) as client:
        answer = client.ingest.submit_feedback("o1", "u1", "positive")
        assert is_spooled(answer)
        assert client.health().spool.records == 1
        assert not client.spool.drained(0.01)
        loop, stack = Loop(), AsyncExitStack()

        async def serve() -> Suite:
            return await stack.enter_async_context(suite(port))

        served = loop.wait(serve())
        try:
            assert client.spool.drained(10.0)
            assert [one.request_id for one in served.ingest.requests] == [answer.request_id]
            assert client.spool.dead_letters() == []
        finally:
            loop.wait(stack.aclose())
            loop.stop()
