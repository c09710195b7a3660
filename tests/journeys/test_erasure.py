"""Erasure of a user in all services, with a service killed meanwhile. No data names the user afterwards."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import redis.asyncio

from kit.redis.user_digest import UserDigest
from radiant.experiments.v1 import experiment_service_pb2 as experiments_pb
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.neural.v1 import learning_service_pb2
from tests.ingest.fixtures.voice import header, parts
from tests.journeys.fixtures.requests import CALL_SECONDS, at, manifest, question, request_id, settled, signal, thumb
from tests.journeys.test_experiment import Stub, draft, experiments, started
from tests.support.suite import Suite, running_suite, token

GONE = "gone-with-the-wind"
ADMIN = token("acme", "admin")
TABLES = """
SELECT c.oid::regclass::text AS name, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
  AND a.attname = 'tenant_id') AS tenants
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
"""


async def fill(suite: Suite, stub: Stub, tenant: str) -> None:
    """Stores data of the user in every table that can name users."""
    who, admin = token(tenant), token(tenant, "admin")
    for output, owner in (("a", GONE), ("b", "bob"), ("c", "bob")):
        await suite.ingest.RecordManifest(manifest(output, "m", user=owner), metadata=who, timeout=CALL_SECONDS)
        for user in (GONE, "bob"):
            await suite.ingest.SubmitExplicitFeedback(
                thumb(output, feedback_pb2.RATING_POSITIVE, user), metadata=who, timeout=CALL_SECONDS
            )
            kind = feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE
            await suite.ingest.SubmitImplicitSignal(signal(output, kind, user), metadata=who, timeout=CALL_SECONDS)
    spoken = header("b", GONE, seconds=None)
    spoken.feedback.client_time.CopyFrom(at(5))
    await suite.ingest.SubmitVoiceFeedback(parts(spoken), metadata=who, timeout=CALL_SECONDS)
    retraction = pb.RetractFeedbackRequest(request_id=request_id(), output_id="c", user_id=GONE)
    await suite.ingest.RetractFeedback(retraction, metadata=who, timeout=CALL_SECONDS)
    pin = learning_service_pb2.PinTrustScoreRequest(
        request_id=request_id(), user_id=GONE, trust=0.5, reason=f"{GONE} shouts"
    )
    await suite.learning.PinTrustScore(pin, metadata=admin, timeout=CALL_SECONDS)
    for _ in range(3):
        await suite.recommend.GetRecommendation(question("m", "n", user=GONE), metadata=who, timeout=CALL_SECONDS)
    if tenant == "acme":
        await try_out(stub, who)


async def try_out(stub: Stub, who: grpc.aio.Metadata) -> None:
    """Adds the user to the forced variants of one experiment and to assignments and exposures of another."""
    tested = draft()
    tested.forced_variants[GONE] = "treatment"
    await started(stub, tested)
    made = await started(stub, draft())
    assign = experiments_pb.AssignVariantRequest(
        experiment_id=made.experiment_id, context=experiments_pb.AssignmentContext(user_id=GONE)
    )
    await stub.AssignVariant(assign, metadata=who, timeout=CALL_SECONDS)
    seen = experiments_pb.Exposure(
        experiment_id=made.experiment_id, user_id=GONE, variant="control", epoch=1, output_id="x"
    )
    exposures = experiments_pb.RecordExposuresRequest(request_id=request_id(), exposures=[seen])
    await stub.RecordExposures(exposures, metadata=who, timeout=CALL_SECONDS)


async def named(url: str, tenant: str) -> set[str]:
    """Returns the tables with a row of the tenant that names the user in any column."""
    connection = await asyncpg.connect(url)
    found = set()
    try:
        for table in await connection.fetch(TABLES):
            where = f"(t::text LIKE '%{GONE}%' OR t::text LIKE '%{GONE.encode().hex()}%')"
            if table["tenants"]:
                where += f" AND tenant_id = '{tenant}'"
            if await connection.fetchval(f"SELECT count(*) FROM {table['name']} t WHERE {where}"):
                found.add(table["name"])
    finally:
        await connection.close()
    return found


async def decisions_written(url: str, *tenants: str) -> None:
    """Waits until the decisions of the user are stored for all tenants. They are written asynchronously."""
    async with asyncio.timeout(20):
        for tenant in tenants:
            while not any("neural_routing_recommendations" in table for table in await named(url, tenant)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def dump(url: str) -> dict[Any, Any]:
    """Returns all keys of Redis with their values."""
    held: dict[Any, Any] = {}
    async with redis.asyncio.Redis.from_url(url) as client:
        async for key in client.scan_iter("*"):
            kind = await client.type(key)
            if kind == b"string":
                held[key] = await client.get(key)
            else:
                held[key] = await (client.xrange(key) if kind == b"stream" else client.zrange(key, 0, -1))
    return held


async def digests_of_user(url: str) -> dict[bytes, str]:
    """Returns the tenants by the digests that stand for the user in Redis keys."""
    connection = await asyncpg.connect(url)
    try:
        digest = UserDigest(await connection.fetchval("SELECT key FROM ingest.digest_keys"))
    finally:
        await connection.close()
    return {digest.of(tenant, GONE).encode(): tenant for tenant in ("acme", "globex")}


async def exported(suite: Suite) -> Counter[str]:
    """Exports the user of acme and returns the number of records by table."""
    request = pb.ExportUserRequest(user_id=GONE)
    found = Counter[str]()
    async for each in suite.ingest.ExportUser(request, metadata=ADMIN, timeout=CALL_SECONDS):
        record = json.loads(each.record_json)
        assert (record["tenant_id"], record["user_id"]) == ("acme", GONE)
        found[each.kind] += 1
    return found


async def complete(suite: Suite) -> pb.Erasure:
    """Waits until the erasure is complete and returns it."""
    async with asyncio.timeout(60):
        while True:
            listing = pb.ListErasuresRequest()
            (erasure,) = (await suite.ingest.ListErasures(listing, metadata=ADMIN, timeout=CALL_SECONDS)).erasures
            if erasure.HasField("complete_time"):
                return erasure
            await asyncio.sleep(0.1)


async def test_erased_user_is_in_no_table_key_or_log(database_url: str, redis_url: str, tmp_path: Path) -> None:
    audio = tmp_path / "audio"
    async with (
        running_suite(database_url, redis_url, RADIANT_AUDIO_URL=str(audio), RADIANT_LOG_LEVEL="DEBUG") as suite,
        experiments(database_url, redis_url, tmp_path) as stub,
    ):
        for tenant in ("acme", "globex"):
            await fill(suite, stub, tenant)
        await settled(suite)
        await decisions_written(database_url, "acme", "globex")
        before = await named(database_url, "acme")
        assert {table.split("_y2")[0].split("_v")[0] for table in before} >= {
            "ingest.execution_manifests", "ingest.explicit_feedback", "ingest.implicit_signals", "ingest.retractions",
            "ingest.voice_feedback", "neural.unit_contributions", "neural.neural_model_scores", "neural.recent_units",
            "neural.user_trust_scores", "neural.neural_routing_recommendations", "neural.requests",
            "experiments.ab_experiment_assignments", "experiments.exposures", "experiments.ab_experiments",
            "experiments.epochs", "experiments.requests",
        }  # fmt: skip
        other = await named(database_url, "globex")
        kinds = await exported(suite)
        assert kinds.keys() >= {
            "execution_manifests", "explicit_feedback", "implicit_signals", "voice_feedback", "retractions",
            "user_trust_scores", "unit_contributions", "neural_model_scores", "recent_units",
            "neural_routing_recommendations", "ab_experiment_assignments", "exposures", "ab_experiments",
        }  # fmt: skip
        assert (kinds["execution_manifests"], kinds["explicit_feedback"], kinds["exposures"]) == (1, 3, 1)
        digests = await digests_of_user(database_url)
        held = await dump(redis_url)
        assert not any(GONE in f"{key!r} {value!r}" for key, value in held.items())
        assert {part for key in held for part in digests if part in key} == digests.keys()
        request = pb.ForgetUserRequest(request_id=request_id(), user_id=GONE)
        answer = await suite.ingest.ForgetUser(request, metadata=ADMIN, timeout=CALL_SECONDS)
        await suite.neural_process.kill()
        assert answer.rows_erased == 2 + 4 + 4 + 1 + 1
        await suite.neural_process.start()
        erasure = await complete(suite)
        assert (erasure.erasure_id, erasure.user_id) == (answer.erasure_id, "")
        await settled(suite)
        assert await named(database_url, "acme") == set()
        assert await named(database_url, "globex") == other
        assert await exported(suite) == {}
        held = await dump(redis_url)
        assert not any(GONE in f"{key!r} {value!r}" for key, value in held.items())
        assert {tenant for key in held for part, tenant in digests.items() if part in key} <= {"globex"}
        assert len([path for path in audio.rglob("*") if path.is_file()]) == 1
        logs = [suite.ingest_process.log, suite.neural_process.log, tmp_path / "experiments.log"]
        assert [log.name for log in logs if GONE in log.read_text()] == []
