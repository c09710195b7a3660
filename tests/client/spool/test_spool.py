"""Writes that wait on disk: what is told of them, and that they are sent as they were made, in order, once."""

import asyncio
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2
from radiant_client import (
    Letter,
    PermissionDenied,
    Radiant,
    Spooled,
    SpoolFull,
    Unavailable,
    implicit_signal,
    is_spooled,
)
from radiant_client.spool import replay
from tests.client.fixtures.fake_services import Refusal, eventually, suite
from tests.client.fixtures.spool_clients import back, client, manifest, outage
from tests.support.suite import free_port

NO = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no such thing", reason="INVALID")


async def test_writes_wait_and_are_sent_as_they_were_made(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        answers: list[Any] = [
            await radiant.ingest.record_manifest(manifest("o1"), request_id="r1"),
            await radiant.ingest.submit_feedback("o1", "u", "positive"),
            await radiant.ingest.submit_signal("o2", "u", "regenerate"),
            await radiant.ingest.retract("o3", "u"),
        ]
        lists = [
            await radiant.ingest.record_manifests([manifest("o4"), manifest("o5")]),
            await radiant.ingest.submit_signals([feedback_pb2.ImplicitSignal(output_id="o6", user_id="u")]),
        ]
        assert all(isinstance(one, Spooled) and one.outcome == 0 for one in answers)
        assert all(is_spooled(one) for one in answers + lists)
        assert [[one.outcome for one in each] for each in lists] == [[0, 0], [0]]
        assert answers[0].request_id == "r1"
        assert radiant.health().spool.records == 6  # type: ignore[union-attr]
        async with back(radiant, port) as served:
            assert await radiant.spool.drained(10.0)  # type: ignore[union-attr]
            answer = await radiant.ingest.submit_feedback("o9", "u", "positive")
            assert not is_spooled(answer)
            assert answer.outcome == feedback_pb2.ITEM_OUTCOME_ACCEPTED
        assert served.ingest.requests.pop().feedback.output_id == "o9"
        sent = {type(one).__name__: one for one in served.ingest.requests}
        assert len(sent) == len(served.ingest.requests) == 6
        assert sent["RecordManifestRequest"].request_id == "r1"
        assert sent["RecordManifestRequest"].manifest.HasField("create_time")
        assert all(one.HasField("create_time") for one in sent["BatchRecordManifestsRequest"].manifests)
        assert sent["SubmitImplicitSignalRequest"].signal.signal_id == answers[2].signal_id
        (bare,) = sent["BatchSubmitImplicitSignalsRequest"].signals
        assert len(bare.signal_id) == 36
        assert bare.HasField("client_time")
        assert sent["RetractFeedbackRequest"].HasField("client_time")


async def test_without_a_spool_nothing_changes() -> None:
    address = f"127.0.0.1:{free_port()}"
    async with await Radiant.connect(
        ingest=address, neural=address, token="t", default_model="m", ready_timeout=0.01
    ) as radiant:
        with pytest.raises(Unavailable):
            await radiant.ingest.submit_feedback("o", "u", "positive")
        assert radiant.health().spool is None


async def test_changes_of_a_vote_keep_their_order_even_when_the_suite_is_back(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        for number in range(20):
            await radiant.ingest.submit_feedback(
                "o", "u", "positive" if number % 2 else "negative", comment=str(number)
            )
        async with back(radiant, port) as served:
            shut, stored = True, []

            def judge(request: Any) -> Refusal | None:
                if shut and request.feedback.comment == "0":
                    return Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=200)
                stored.append(request.feedback.comment)
                return None

            served.ingest.judge = judge
            while is_spooled(await radiant.ingest.submit_feedback("p", "u", "positive", comment="p")):  # noqa: ASYNC110 - it asks
                await asyncio.sleep(0.05)
            late = [
                await radiant.ingest.submit_feedback("o", "u", "neutral", comment=str(each)) for each in range(20, 25)
            ]
            assert all(is_spooled(one) for one in late), "older votes wait, so that a new one goes behind them"
            shut = False
        assert [one for one in stored if one != "p"] == [str(number) for number in range(25)]


async def test_what_is_full_says_so_and_loses_nothing(tmp_path: Path) -> None:
    async with outage(tmp_path, records_max=3) as (radiant, port):
        taken = [await radiant.ingest.submit_signal(f"o{number}", "u", "regenerate") for number in range(3)]
        with pytest.raises(SpoolFull, match="3 writes") as caught:
            await radiant.ingest.submit_signal("o3", "u", "regenerate")
        assert isinstance(caught.value.__cause__, Unavailable)
        assert radiant.health().spool.refused == 1  # type: ignore[union-attr]
        async with back(radiant, port) as served:
            pass
        assert {one.signal.signal_id for one in served.ingest.requests} == {one.signal_id for one in taken}


async def test_it_is_bounded_by_bytes_too(tmp_path: Path) -> None:
    async with outage(tmp_path, bytes_max=5000) as (radiant, _):
        for number in range(3):
            await radiant.ingest.submit_feedback(f"o{number}", "u", "positive", comment="a" * 1500)
        with pytest.raises(SpoolFull):
            await radiant.ingest.submit_feedback("o3", "u", "positive", comment="a" * 1500)
        assert radiant.health().spool.bytes <= 5000  # type: ignore[union-attr]


async def test_a_refused_write_becomes_a_dead_letter_and_the_others_go_on(tmp_path: Path) -> None:
    told: list[Letter] = []
    async with outage(tmp_path, on_dead_letter=told.append) as (radiant, port):
        for name in ("a", "poison", "b"):
            await radiant.ingest.submit_feedback("o", "u", "positive", comment=name)
        await radiant.ingest.submit_feedback("o2", "u", "positive", comment="c")
        assert radiant.spool is not None
        async with suite(port) as served:
            served.ingest.judge = lambda request: NO if request.feedback.comment == "poison" else None
            assert await radiant.spool.drained(10.0)
            assert [one.feedback.comment for one in served.ingest.requests if one.feedback.output_id == "o"] == [
                "a",
                "poison",
                "b",
            ]
            assert [(one.reason, one.message) for one in told] == [("INVALID", "no such thing")]
            assert await radiant.spool.dead_letters() == told
            assert radiant.spool.health().dead_letters == 1
            served.ingest.judge = lambda request: None
            assert await radiant.spool.retry_dead_letters() == 1
            await eventually(lambda: served.ingest.requests[-1].feedback.comment == "poison")
            assert await radiant.spool.drained(5.0)
            assert await radiant.spool.dead_letters() == []


async def test_rejected_manifests_of_a_batch_become_a_dead_letter(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.record_manifests([manifest("good"), manifest("bad")])
        rejected = feedback_pb2.ItemResult(
            index=1, outcome=feedback_pb2.ITEM_OUTCOME_REJECTED, error_reason="OUTPUT_EXISTS", error_message="taken"
        )
        async with back(radiant, port) as served:
            served.ingest.steps = [
                ingest_service_pb2.BatchRecordManifestsResponse(
                    results=[feedback_pb2.ItemResult(outcome=feedback_pb2.ITEM_OUTCOME_ACCEPTED), rejected]
                )
            ]
        (letter,) = await radiant.spool.dead_letters()  # type: ignore[union-attr]
        request = ingest_service_pb2.BatchRecordManifestsRequest.FromString(letter.request)
        assert [one.output_id for one in request.manifests] == ["bad"]
        assert (letter.reason, letter.message) == ("OUTPUT_EXISTS", "taken")


async def test_beyond_the_bound_of_letters_refused_writes_stay(tmp_path: Path) -> None:
    async with outage(tmp_path, letters_max=2) as (radiant, port):
        for number in range(5):
            await radiant.ingest.submit_feedback(f"o{number}", "u", "positive")
        await radiant.ingest.submit_feedback("fine", "u", "positive")
        async with suite(port) as served:
            served.ingest.judge = lambda request: None if request.feedback.output_id == "fine" else NO
            await eventually(lambda: radiant.health().spool.sent == 1)  # type: ignore[union-attr]
            await eventually(lambda: radiant.health().spool.dead_letters == 2)  # type: ignore[union-attr]
            assert radiant.health().spool.records == 3  # type: ignore[union-attr]


async def test_a_user_over_the_limit_holds_up_nobody_else(tmp_path: Path) -> None:
    wait = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "enough", retry_after_ms=900)
    async with outage(tmp_path) as (radiant, port):
        for number in range(40):
            await radiant.ingest.submit_feedback("o", "busy", "positive", comment=str(number))
        await radiant.ingest.submit_feedback("o", "calm", "positive")
        async with suite(port) as served:
            full = True
            served.ingest.judge = lambda request: wait if full and request.feedback.user_id == "busy" else None
            await eventually(lambda: radiant.health().spool.sent == 1)  # type: ignore[union-attr]
            assert served.ingest.requests[-1].feedback.user_id in ("busy", "calm")
            full = False
            assert await radiant.spool.drained(10.0)  # type: ignore[union-attr]
        taken = [int(one.feedback.comment) for one in served.ingest.requests if one.feedback.user_id == "busy"]
        assert list(dict.fromkeys(taken)) == list(range(40))


async def test_an_exhausted_service_makes_writes_wait_and_a_refusal_does_not(tmp_path: Path) -> None:
    async with suite() as served, client(int(served.address.rpartition(":")[2]), tmp_path) as radiant:
        served.ingest.steps = [Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=900)]
        assert is_spooled(await radiant.ingest.submit_signal("o", "u", "regenerate", timeout=0.3))
        assert await radiant.spool.drained(5.0)  # type: ignore[union-attr]
        assert len({one.request_id for one in served.ingest.requests}) == 1
        served.ingest.steps = [Refusal(grpc.StatusCode.PERMISSION_DENIED)]
        with pytest.raises(PermissionDenied):
            await radiant.ingest.submit_signal("o", "u", "regenerate")


async def test_a_write_that_takes_too_long_waits_while_the_others_go(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        for name in ("slow", "a", "b"):
            await radiant.ingest.submit_feedback(name, "u", "positive")
        async with back(radiant, port) as served:
            late = Refusal(grpc.StatusCode.DEADLINE_EXCEEDED)
            served.ingest.judge = lambda request: (
                late if request.feedback.output_id == "slow" and len(served.ingest.requests) < 6 else None
            )
            await eventually(lambda: {one.feedback.output_id for one in served.ingest.requests} >= {"a", "b"})
            for number in range(6):
                await radiant.ingest.submit_feedback(f"more{number}", "u", "positive")
    assert radiant.health().spool.dead_letters == 0  # type: ignore[union-attr]


async def test_an_expired_token_kills_no_letters(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("o", "u", "positive")
        async with back(radiant, port) as served:
            served.ingest.steps = [Refusal(grpc.StatusCode.UNAUTHENTICATED)] * 2
        assert len(served.ingest.requests) == 3
        assert radiant.health().spool.dead_letters == 0  # type: ignore[union-attr]


async def test_a_write_on_which_alone_the_service_fails_is_buried_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "FAULTS_MAX", 3)
    fault = Refusal(grpc.StatusCode.INTERNAL, "oops")
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("poison", "u", "positive")
        async with suite(port) as served:
            served.ingest.judge = lambda request: fault
            await eventually(lambda: len(served.ingest.requests) >= 2)
            assert radiant.health().spool.dead_letters == 0  # type: ignore[union-attr]
            served.ingest.judge = lambda request: fault if request.feedback.output_id == "poison" else None
            while not radiant.health().spool.dead_letters:  # type: ignore[union-attr]
                assert not is_spooled(await radiant.ingest.submit_feedback("fine", "u", "positive"))
                await asyncio.sleep(0.05)
        (letter,) = await radiant.spool.dead_letters()  # type: ignore[union-attr]
        assert letter.reason == "INTERNAL"


async def test_the_loop_goes_on_while_the_disk_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with outage(tmp_path) as (radiant, _):
        assert radiant.spool is not None
        store, append = radiant.spool._store, radiant.spool._store.append

        def slowly(rows: Any) -> Any:
            time.sleep(0.4)
            return append(rows)

        monkeypatch.setattr(store, "append", slowly)
        work = asyncio.create_task(radiant.ingest.submit_signal("o", "u", "regenerate"))
        longest, before = 0.0, time.monotonic()
        while not work.done():
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, before = max(longest, now - before), now
        assert is_spooled(work.result())
        assert longest < 0.2


async def test_who_is_forgotten_is_forgotten_on_disk_too(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("o", "gone", "positive", comment="what gone said")
        await radiant.ingest.submit_feedback("o", "stays", "positive")
        both = [implicit_signal("o", user, "regenerate") for user in ("gone", "stays")]
        await radiant.ingest.submit_signals(both)
        assert radiant.spool is not None
        with pytest.raises(Unavailable):
            await radiant.ingest.forget_user("gone")
        assert radiant.health().spool.records == 2  # type: ignore[union-attr]
        assert b"gone" not in b"".join(one.read_bytes() for one in radiant.spool.folder.iterdir())
        async with back(radiant, port) as served:
            pass
        assert {type(one).__name__ for one in served.ingest.requests} == {
            "SubmitExplicitFeedbackRequest",
            "BatchSubmitImplicitSignalsRequest",
        }
        assert b"gone" not in b"".join(one.SerializeToString() for one in served.ingest.requests)
        (signals,) = (one.signals for one in served.ingest.requests if hasattr(one, "signals"))
        assert [one.signal_id for one in signals] == [both[1].signal_id]
