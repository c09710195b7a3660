"""Chaos test: clients, ledger and proxy."""

import asyncio
from pathlib import Path

import asyncpg
import grpc
import pytest

from bench.performance.stack import KEY
from bench.resilience.chaos.faults.proxy import Proxy
from bench.resilience.chaos.load.delivery import RateLimit
from bench.resilience.chaos.load.events import REST_WEIGHTS, EventGenerator
from bench.resilience.chaos.load.grpc_client import Channels, Client
from bench.resilience.chaos.load.http_client import HttpClient
from bench.resilience.chaos.load.recordings import marked_wav
from bench.resilience.chaos.record.examples import KEPT_MAX, Examples
from bench.resilience.chaos.record.ledger import SAMPLE, Ledger
from bench.resilience.chaos.record.queries import SQL
from bench.resilience.chaos.record.verification import compare
from cli.embedded.process import free_port
from kit.rpc.status import internal
from tests.bench.fixtures.chaos import acknowledged, events_of, sizes, sounds
from tests.gateway.fixtures.otlp import otlp_gateway
from tests.ingest.fixtures import service as ingest


async def test_event_sent_over_http_and_again_over_grpc_is_stored_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    ledger = Ledger()
    generator = EventGenerator(3, "acme", "rest", REST_WEIGHTS)
    events = [event for _ in range(25) for event in generator.next()]
    events += [generator.spoken_comment(marked_wav(sound, number)) for number, sound in enumerate(sounds())]
    assert {event.method for event in events} == {
        "BatchRecordManifests",
        "SubmitExplicitFeedback",
        "SubmitImplicitSignal",
        "BatchSubmitImplicitSignals",
        "SubmitVoiceFeedback",
    }
    settings = {"RADIANT_AUDIO_URL": str(tmp_path), "RADIANT_TOKEN_KEY": KEY}
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(SQL["observe_completions"])
    finally:
        await connection.close()
    async with (
        ingest.open_service(database_url, redis_url, settings) as intake,
        otlp_gateway(intake) as gateway,
        HttpClient("acme", gateway.http_port, ledger) as http,
    ):
        other = Client("acme", Channels(intake.channel, intake.channel, intake.channel), ledger)
        for event in events:
            assert await http.send_once(event), ledger.internal_errors
            assert await (http if event.is_otlp else other).send_once(event), ledger.internal_errors
    assert (len(ledger.changed), ledger.repeats) == (0, len(events))
    assert set(ledger.transports) == {"HTTP", "OTLP"}
    found = await compare(database_url, ledger, str(tmp_path))
    assert sizes(found) == (0, 0, 0)
    assert found.counts["recordings acknowledged"] == 3


def test_ledger_of_many_requests_keeps_a_bounded_sample() -> None:
    ledger = acknowledged(events_of(1, 1000))
    assert len(ledger.sample) == SAMPLE
    assert len({event.request_id for event in ledger.sample}) == SAMPLE
    assert ledger.sample != events_of(1, 1000)[:SAMPLE]


def test_examples_count_all_texts_and_keep_the_first_ones() -> None:
    examples = Examples(str(number) for number in range(KEPT_MAX + 5))
    assert len(examples) == KEPT_MAX + 5
    assert list(examples) == [str(number) for number in range(KEPT_MAX)]


async def test_rate_limit_delays_requests_beyond_the_rate() -> None:
    limit, clock = RateLimit(200.0), asyncio.get_running_loop().time
    begun = clock()
    for _ in range(250):  # a second's worth may be sent at once
        await limit.wait(1)
    assert clock() - begun >= 0.2


def test_events_of_the_same_seed_are_equal() -> None:
    one, again, other = (events_of(seed) for seed in (5, 5, 6))
    assert one == again
    assert one != other


def test_internal_error_of_a_service_is_recorded_as_unexpected() -> None:
    ledger = Ledger()
    _, status = internal(RuntimeError("on purpose"))
    details = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    for trailing in (grpc.aio.Metadata(), details):
        ledger.record_failure("X", grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), trailing))
    assert ledger.internal_errors.total() == 1


async def test_call_beyond_its_deadline_is_recorded() -> None:
    ledger = Ledger(slack_s=0.5)
    ledger.record_duration("X", 1.4, 1.0)
    assert len(ledger.hung) == 0
    ledger.record_duration("X", 1.6, 1.0)
    assert len(ledger.hung) == 1
    assert ledger.overrun_max_s == pytest.approx(0.6)


async def test_proxy_disturbs_and_restores_connections() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                writer.write(data)
        finally:
            writer.close()

    port = free_port()
    server = await asyncio.start_server(echo, "127.0.0.1", port)
    proxy = Proxy(port)
    await proxy.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        assert await reader.read(1) == b"a"
        proxy.stall()
        writer.write(b"b")
        read = asyncio.create_task(reader.read(1))
        assert (await asyncio.wait([read], timeout=0.2))[0] == set()
        proxy.resume()
        assert await read == b"b"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"c")
        assert await reader.read(1) == b"c"
        proxy.cut()
        assert await asyncio.wait_for(reader.read(1), 5) == b""
        writer.close()
        await proxy.restore()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"d")
        assert await reader.read(1) == b"d"
        writer.close()
    finally:
        await proxy.close()
        server.close()
        await asyncio.sleep(0.1)  # transports are closed in the next iterations of the loop
