"""Spooled writes: their answers, and that each is sent unchanged, in order and once."""

import asyncio
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from cli.embedded.process import free_port
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
from tests.client.fixtures.fake_services import StatusError, eventually, fake_suite
from tests.client.fixtures.spool_clients import manifest, outage, restored, spool_client

pytestmark = pytest.mark.slow
INVALID = StatusError(grpc.StatusCode.INVALID_ARGUMENT, "invalid comment", reason="INVALID")


async def test_writes_during_an_outage_are_spooled_and_sent_unchanged(tmp_path: Path) -> None:
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
        async with restored(radiant, port) as served:
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


async def test_write_without_spool_during_an_outage_raises_unavailable() -> None:
    address = f"127.0.0.1:{free_port()}"
    async with await Radiant.connect(
        ingest=address, neural=address, token="t", default_model="m", ready_timeout=0.01
    ) as radiant:
        with pytest.raises(Unavailable):
            await radiant.ingest.submit_feedback("o", "u", "positive")
        assert radiant.health().spool is None


async def test_votes_of_one_user_keep_their_order_after_an_outage(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        for number in range(20):
            await radiant.ingest.submit_feedback(
                "o", "u", "positive" if number % 2 else "negative", comment=str(number)
            )
        async with restored(radiant, port) as served:
            is_overloaded, stored = True, []

            def validate(request: Any) -> StatusError | None:
                if is_overloaded and request.feedback.comment == "0":
                    return StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=200)
                stored.append(request.feedback.comment)
                return None

            served.ingest.validate = validate
            async with asyncio.timeout(15):
                while is_spooled(await radiant.ingest.submit_feedback("p", "u", "positive", comment="p")):  # noqa: ASYNC110 - the condition is a call
                    await asyncio.sleep(0.05)
            late = [
                await radiant.ingest.submit_feedback("o", "u", "neutral", comment=str(each)) for each in range(20, 25)
            ]
            assert all(is_spooled(one) for one in late), "older votes wait, so new ones are queued behind them"
            is_overloaded = False
        assert [one for one in stored if one != "p"] == [str(number) for number in range(25)]


async def test_spool_at_limit_of_records_raises_spool_full_and_keeps_its_writes(tmp_path: Path) -> None:
    async with outage(tmp_path, records_max=3) as (radiant, port):
        accepted = [await radiant.ingest.submit_signal(f"o{number}", "u", "regenerate") for number in range(3)]
        with pytest.raises(SpoolFull, match="3 writes") as caught:
            await radiant.ingest.submit_signal("o3", "u", "regenerate")
        assert isinstance(caught.value.__cause__, Unavailable)
        assert radiant.health().spool.refused == 1  # type: ignore[union-attr]
        async with restored(radiant, port) as served:
            pass
        assert {one.signal.signal_id for one in served.ingest.requests} == {one.signal_id for one in accepted}


async def test_spool_at_limit_of_bytes_raises_spool_full(tmp_path: Path) -> None:
    async with outage(tmp_path, bytes_max=5000) as (radiant, _):
        for number in range(3):
            await radiant.ingest.submit_feedback(f"o{number}", "u", "positive", comment="a" * 1500)
        with pytest.raises(SpoolFull):
            await radiant.ingest.submit_feedback("o3", "u", "positive", comment="a" * 1500)
        assert radiant.health().spool.bytes <= 5000  # type: ignore[union-attr]


async def test_rejected_write_becomes_a_dead_letter_and_the_others_are_sent(tmp_path: Path) -> None:
    reported: list[Letter] = []
    async with outage(tmp_path, on_dead_letter=reported.append) as (radiant, port):
        for name in ("a", "rejected", "b"):
            await radiant.ingest.submit_feedback("o", "u", "positive", comment=name)
        await radiant.ingest.submit_feedback("o2", "u", "positive", comment="c")
        assert radiant.spool is not None
        async with fake_suite(port) as served:
            served.ingest.validate = lambda request: INVALID if request.feedback.comment == "rejected" else None
            assert await radiant.spool.drained(10.0)
            assert [one.feedback.comment for one in served.ingest.requests if one.feedback.output_id == "o"] == [
                "a",
                "rejected",
                "b",
            ]
            assert [(one.reason, one.message) for one in reported] == [("INVALID", "invalid comment")]
            assert await radiant.spool.dead_letters() == reported
            assert radiant.spool.health().dead_letters == 1
            served.ingest.validate = lambda request: None
            assert await radiant.spool.retry_dead_letters() == 1
            await eventually(lambda: served.ingest.requests[-1].feedback.comment == "rejected")
            assert await radiant.spool.drained(5.0)
            assert await radiant.spool.dead_letters() == []


async def test_rejected_manifests_of_a_batch_become_a_dead_letter(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.record_manifests([manifest("good"), manifest("bad")])
        rejected = feedback_pb2.ItemResult(
            index=1, outcome=feedback_pb2.ITEM_OUTCOME_REJECTED, error_reason="OUTPUT_EXISTS", error_message="taken"
        )
        async with restored(radiant, port) as served:
            served.ingest.responses = [
                ingest_service_pb2.BatchRecordManifestsResponse(
                    results=[feedback_pb2.ItemResult(outcome=feedback_pb2.ITEM_OUTCOME_ACCEPTED), rejected]
                )
            ]
        (letter,) = await radiant.spool.dead_letters()  # type: ignore[union-attr]
        request = ingest_service_pb2.BatchRecordManifestsRequest.FromString(letter.request)
        assert [one.output_id for one in request.manifests] == ["bad"]
        assert (letter.reason, letter.message) == ("OUTPUT_EXISTS", "taken")


async def test_rejected_write_at_limit_of_dead_letters_stays_in_the_spool(tmp_path: Path) -> None:
    async with outage(tmp_path, letters_max=2) as (radiant, port):
        for number in range(5):
            await radiant.ingest.submit_feedback(f"o{number}", "u", "positive")
        await radiant.ingest.submit_feedback("fine", "u", "positive")
        async with fake_suite(port) as served:
            served.ingest.validate = lambda request: None if request.feedback.output_id == "fine" else INVALID
            await eventually(lambda: radiant.health().spool.sent == 1)  # type: ignore[union-attr]
            await eventually(lambda: radiant.health().spool.dead_letters == 2)  # type: ignore[union-attr]
            assert radiant.health().spool.records == 3  # type: ignore[union-attr]


async def test_rate_limited_user_does_not_delay_other_users(tmp_path: Path) -> None:
    limited = StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, "rate limit", retry_after_ms=300)
    async with outage(tmp_path) as (radiant, port):
        for number in range(20):
            await radiant.ingest.submit_feedback("o", "busy", "positive", comment=str(number))
        await radiant.ingest.submit_feedback("o", "calm", "positive")
        async with fake_suite(port) as served:
            is_limited = True
            served.ingest.validate = lambda request: (
                limited if is_limited and request.feedback.user_id == "busy" else None
            )
            await eventually(lambda: radiant.health().spool.sent == 1)  # type: ignore[union-attr]
            assert served.ingest.requests[-1].feedback.user_id in ("busy", "calm")
            is_limited = False
            assert await radiant.spool.drained(10.0)  # type: ignore[union-attr]
        sent = [int(one.feedback.comment) for one in served.ingest.requests if one.feedback.user_id == "busy"]
        assert list(dict.fromkeys(sent)) == list(range(20))


async def test_write_to_overloaded_service_is_spooled_and_rejected_write_is_not(tmp_path: Path) -> None:
    async with fake_suite() as served, spool_client(int(served.address.rpartition(":")[2]), tmp_path) as radiant:
        served.ingest.responses = [StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=900)]
        assert is_spooled(await radiant.ingest.submit_signal("o", "u", "regenerate", timeout=0.3))
        assert await radiant.spool.drained(5.0)  # type: ignore[union-attr]
        assert len({one.request_id for one in served.ingest.requests}) == 1
        served.ingest.responses = [StatusError(grpc.StatusCode.PERMISSION_DENIED)]
        with pytest.raises(PermissionDenied):
            await radiant.ingest.submit_signal("o", "u", "regenerate")


async def test_write_that_times_out_does_not_delay_other_writes(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        for name in ("slow", "a", "b"):
            await radiant.ingest.submit_feedback(name, "u", "positive")
        async with restored(radiant, port) as served:
            timeout = StatusError(grpc.StatusCode.DEADLINE_EXCEEDED)
            served.ingest.validate = lambda request: (
                timeout if request.feedback.output_id == "slow" and len(served.ingest.requests) < 6 else None
            )
            await eventually(lambda: {one.feedback.output_id for one in served.ingest.requests} >= {"a", "b"})
            for number in range(6):
                await radiant.ingest.submit_feedback(f"more{number}", "u", "positive")
    assert radiant.health().spool.dead_letters == 0  # type: ignore[union-attr]


async def test_write_with_expired_token_is_retried_without_dead_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "FIRST_HOLD_S", 0.02)
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("o", "u", "positive")
        async with restored(radiant, port) as served:
            served.ingest.responses = [StatusError(grpc.StatusCode.UNAUTHENTICATED)] * 2
        assert len(served.ingest.requests) == 3
        assert radiant.health().spool.dead_letters == 0  # type: ignore[union-attr]


async def test_write_that_alone_causes_internal_errors_becomes_a_dead_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "INTERNAL_ERRORS_MAX", 3)
    monkeypatch.setattr(replay, "FIRST_HOLD_S", 0.02)
    internal_error = StatusError(grpc.StatusCode.INTERNAL, "internal error")
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("rejected", "u", "positive")
        async with fake_suite(port) as served:
            served.ingest.validate = lambda request: internal_error
            await eventually(lambda: len(served.ingest.requests) >= 2)
            assert radiant.health().spool.dead_letters == 0  # type: ignore[union-attr]
            served.ingest.validate = lambda request: (
                internal_error if request.feedback.output_id == "rejected" else None
            )
            async with asyncio.timeout(15):
                while not radiant.health().spool.dead_letters:  # type: ignore[union-attr]
                    assert not is_spooled(await radiant.ingest.submit_feedback("fine", "u", "positive"))
                    await asyncio.sleep(0.05)
        (letter,) = await radiant.spool.dead_letters()  # type: ignore[union-attr]
        assert letter.reason == "INTERNAL"


async def test_write_to_slow_disk_does_not_block_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with outage(tmp_path) as (radiant, _):
        assert radiant.spool is not None
        store, append = radiant.spool._store, radiant.spool._store.append

        def append_slowly(rows: Any) -> Any:
            time.sleep(0.4)
            return append(rows)

        monkeypatch.setattr(store, "append", append_slowly)
        work = asyncio.create_task(radiant.ingest.submit_signal("o", "u", "regenerate"))
        longest, before = 0.0, time.monotonic()
        while not work.done():
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, before = max(longest, now - before), now
        assert is_spooled(work.result())
        assert longest < 0.2


async def test_erased_user_is_removed_from_the_spool(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.submit_feedback("o", " go\u200bne", "positive", comment="comment of gone")
        await radiant.ingest.submit_feedback("o", "stays", "positive")
        both = [implicit_signal("o", user, "regenerate") for user in ("gone", "stays")]
        await radiant.ingest.submit_signals(both)
        assert radiant.spool is not None
        with pytest.raises(Unavailable):
            await radiant.ingest.forget_user("gone\u00a0")
        assert radiant.health().spool.records == 2  # type: ignore[union-attr]
        assert b"gone" not in b"".join(one.read_bytes() for one in radiant.spool.folder.iterdir())
        async with restored(radiant, port) as served:
            pass
        assert {type(one).__name__ for one in served.ingest.requests} == {
            "SubmitExplicitFeedbackRequest",
            "BatchSubmitImplicitSignalsRequest",
        }
        assert b"gone" not in b"".join(one.SerializeToString() for one in served.ingest.requests)
        (signals,) = (one.signals for one in served.ingest.requests if hasattr(one, "signals"))
        assert [one.signal_id for one in signals] == [both[1].signal_id]
