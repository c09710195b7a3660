"""Quotas of tenants: calls per second and open streams."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from kit.auth.access import access_rule
from kit.errors import Exhausted
from kit.rate_limit import RateLimiter
from kit.rpc import quota
from kit.rpc.quota import OpenCalls, Quota, Quotas, QuotaSettings
from tests.kit.fixtures.scripted_servicer import CALLER, Outcome, Script, Serving, detail, good_requests, serving
from tests.kit.fixtures.settings import read_group
from tests.support.access import methods
from tests.support.suite import token

FEW = QuotaSettings(writes_per_s=20, writes_burst=10, reads_per_s=20, reads_burst=10, streams=2)


def caller(tenant: str) -> list[tuple[str, str]]:
    """Returns the metadata of a caller of the tenant."""
    return [(key, str(value)) for key, value in token(tenant, *CALLER)]


async def flood(served: Serving, tenant: str, seconds: float, pause_s: float = 0.0) -> list[Outcome]:
    """Makes consecutive calls for `seconds`."""
    outcomes, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        outcomes.append(await served.call("unary_unary", metadata=caller(tenant)))
        await asyncio.sleep(pause_s)
    return outcomes


async def test_flood_of_one_tenant_does_not_affect_other_tenants() -> None:
    async with serving(Script(), quotas=FEW) as served:
        floods = [flood(served, "acme", 2.0) for _ in range(4)]
        *noisy, quiet = await asyncio.gather(*floods, flood(served, "globex", 2.0, pause_s=0.1))
    assert {each.code for each in quiet} == {grpc.StatusCode.OK}
    assert len(quiet) >= 3
    calls = [each for outcomes in noisy for each in outcomes]
    served_calls = sum(each.code is grpc.StatusCode.OK for each in calls)
    assert 20 <= served_calls <= 80, "the burst and two seconds of the rate, on a busy machine"
    refused = [each for each in calls if each.code is not grpc.StatusCode.OK]
    assert {(each.code, each.info.reason) for each in refused} == {
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED")
    }
    for each in refused[:20]:
        delay = detail(each.status, error_details_pb2.RetryInfo()).retry_delay.ToTimedelta().total_seconds()
        assert 0 < delay <= 1 / FEW.writes_per_s + 0.001, "the call succeeds after the returned delay"


async def test_call_with_invalid_token_does_not_count_against_the_quota() -> None:
    async with serving(Script(), quotas=FEW) as served:
        forged = [("authorization", "Bearer nonsense")]
        for _ in range(30):
            outcome = await served.call("unary_unary", metadata=forged)
            assert outcome.code is grpc.StatusCode.UNAUTHENTICATED
        assert (await served.call("unary_unary", metadata=caller("acme"))).code is grpc.StatusCode.OK


@pytest.mark.parametrize("shape", ["unary_stream", "stream_unary", "stream_stream"])
async def test_stream_above_the_limit_of_a_tenant_is_refused(shape: str) -> None:
    script = Script(hold=asyncio.Event())
    async with serving(script, quotas=FEW) as served:
        held = [asyncio.create_task(served.call(shape, metadata=caller("acme"))) for _ in range(2)]
        async with asyncio.timeout(5):
            while len(script.principals) < 2:  # noqa: ASYNC110 - nobody tells when they have begun
                await asyncio.sleep(0.01)
        third = await served.call(shape, metadata=caller("acme"), stays_after=1)
        assert (third.code, third.info.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED")
        other = asyncio.create_task(served.call(shape, metadata=caller("globex")))
        assert script.hold is not None
        script.hold.set()
        assert {each.code for each in await asyncio.gather(*held, other)} == {grpc.StatusCode.OK}
        assert (await served.call(shape, metadata=caller("acme"))).code is grpc.StatusCode.OK, "the places are free"


async def test_cancelled_stream_frees_its_place() -> None:
    script = Script(hold=asyncio.Event())
    async with serving(script, quotas=FEW) as served:
        for _ in range(5):
            before = len(script.principals)
            call = served.start("unary_stream", metadata=caller("acme"))
            async with asyncio.timeout(5):
                while len(script.principals) == before:  # noqa: ASYNC110 - nobody tells when it has begun
                    await asyncio.sleep(0.01)
            call.cancel()
            await asyncio.sleep(0.1)


async def test_stream_above_the_quota_is_slowed_without_loss() -> None:
    script, messages = Script(), good_requests("stream_stream")[:1] * 25
    async with serving(script, quotas=FEW) as served:
        begun = time.monotonic()
        outcome = await served.call("stream_stream", messages, metadata=caller("acme"))
        took = time.monotonic() - begun
    assert outcome.code is grpc.StatusCode.OK
    assert len(outcome.answers) == 25
    assert 0.6 <= took <= 10, "16 messages above the burst at 20 per second"


def test_quota_refills_at_its_rate_up_to_its_burst() -> None:
    clock = [1000.0]
    bucket = Quota("writes", 10, 5, RateLimiter(10, 5, 100, lambda: clock[0]))

    def taken() -> int:
        count = 0
        while not bucket.wait_s("t"):
            count += 1
        return count

    assert taken() == 5
    assert bucket.wait_s("t") == pytest.approx(0.1, rel=0.01)
    clock[0] += 0.3
    assert taken() == 3
    clock[0] += 1000
    assert taken() == 5
    with pytest.raises(Exhausted):
        bucket.take("t")
    bucket.take("u")


def test_quota_remembers_a_bounded_number_of_tenants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "TENANTS_MAX", 3)
    bucket = Quota("writes", 10, 1)
    for number in range(10):
        bucket.take(f"t{number}")
    with pytest.raises(Exhausted):
        bucket.take("t9")
    bucket.take("t0")  # evicted, so that its bucket is full


def test_quota_of_zero_sets_no_limit() -> None:
    quotas = Quotas(QuotaSettings(reads_per_s=0, writes_per_s=0, streams=0))
    for _ in range(50_000):
        quotas.reads.take("t")
    for _ in range(5_000):
        quotas.streams.enter("t")


def test_released_stream_place_can_be_taken_again() -> None:
    streams = OpenCalls(1)
    for _ in range(3):
        streams.enter("t")
        streams.leave("t")
    assert streams._open == {}


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("ingest.v1.IngestService.GetFeedbackStats", "reads"),
        ("neural.v1.RecommendService.BatchGetRecommendations", "reads"),
        ("experiments.v1.ExperimentService.WatchExperiments", "reads"),
        ("ingest.v1.IngestService.RecordManifest", "writes"),
        ("ingest.v1.IngestService.BatchRecordManifests", "writes"),
        ("voice.v1.VoiceService.RetryVoiceFeedback", "writes"),
    ],
)
def test_quota_of_method_follows_effect_of_its_access_rule(method: str, kind: str) -> None:
    (descriptor,) = [each for each in methods() if each.full_name == f"radiant.{method}"]
    quotas = Quotas(QuotaSettings())
    assert quotas.of(is_write=access_rule(descriptor).is_write) is getattr(quotas, kind)


async def test_calls_count_against_the_quota_that_their_access_rule_names() -> None:
    settings = QuotaSettings(writes_per_s=0.001, writes_burst=1, reads_per_s=0.001, reads_burst=2)
    async with serving(Script(), quotas=settings) as served:
        reads = [(await served.call("unary_stream", metadata=caller("acme"))).code for _ in range(3)]
        writes = [(await served.call("unary_unary", metadata=caller("acme"))).code for _ in range(2)]
    ok, exhausted = grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED
    assert reads == [ok, ok, exhausted]
    assert writes == [ok, exhausted]


def test_settings_equal_their_documentation() -> None:
    environ: dict[str, Any] = {"QUOTA_READS_PER_SECOND": "7", "QUOTA_READS_BURST": "8", "QUOTA_STREAMS": "9"}
    environ |= {"QUOTA_WRITES_PER_SECOND": "0.5", "QUOTA_WRITES_BURST": "1"}
    assert read_group(QuotaSettings, environ) == QuotaSettings(
        reads_per_s=7, reads_burst=8, writes_per_s=0.5, writes_burst=1, streams=9
    )
