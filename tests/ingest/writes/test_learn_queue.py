"""Learner queue: manifests and feedback are queued in any order of arrival."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import IngestService, batch, manifest, signal, thumb

WORK = "SELECT tenant_id, output_id, user_id FROM ingest.learn_queue ORDER BY seq"


def event(what: str) -> tuple[str, Any]:
    """Returns a method and its request: feedback of user u, or the manifest, of one output."""
    made: dict[str, tuple[str, Any]] = {
        "vote": ("SubmitExplicitFeedback", thumb("o")),
        "signals": ("BatchSubmitImplicitSignals", batch([signal("o", 1), signal("o", 2)])),
        "manifest": ("RecordManifest", manifest("o")),
    }
    return made[what]


@pytest.mark.parametrize("feedback", ["vote", "signals"])
@pytest.mark.parametrize("manifest_first", [True, False])
async def test_queue_with_manifest_and_feedback_in_any_order_has_both(
    ingest: IngestService, feedback: str, manifest_first: bool
) -> None:
    about_manifest, about_user = ("acme", "o", ""), ("acme", "o", "u")
    order = ["manifest", feedback] if manifest_first else [feedback, "manifest"]
    for what in order:
        await ingest.call(*event(what))
    work = [tuple(row) for row in await ingest.rows(WORK)]
    assert work == ([about_manifest, about_user] if manifest_first else [about_user, about_manifest])
    stats = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o"))
    assert (stats.manifest_known, stats.counts.users) == (True, 1)


async def test_queue_with_concurrent_manifest_and_feedback_has_both(ingest: IngestService) -> None:
    calls = []
    for index in range(20):
        calls.append(ingest.call("RecordManifest", manifest(f"o{index}")))
        calls.append(ingest.call("SubmitExplicitFeedback", thumb(f"o{index}")))
    await asyncio.gather(*calls)
    work = [tuple(row)[1:] for row in await ingest.rows(WORK)]
    assert sorted(work) == sorted((f"o{index}", user) for index in range(20) for user in ("", "u"))


async def test_vote_response_before_and_after_manifest_states_manifest_known(ingest: IngestService) -> None:
    early = await ingest.call("SubmitExplicitFeedback", thumb("o"))
    assert early.manifest_known is False
    stats = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o"))
    assert (stats.manifest_known, stats.counts.positive) == (False, 1)
    await ingest.call("RecordManifest", manifest("o"))
    assert (await ingest.call("SubmitExplicitFeedback", thumb("o", 1, seconds=1))).manifest_known is True


async def test_queue_after_superseded_vote_and_duplicate_signal_is_unchanged(ingest: IngestService) -> None:
    vote, signals = thumb("o", seconds=10), [signal("o")]
    await ingest.call("SubmitExplicitFeedback", vote)
    await ingest.call("BatchSubmitImplicitSignals", batch(signals))
    before = len(await ingest.rows(WORK))
    await ingest.call("SubmitExplicitFeedback", thumb("o", 1, seconds=5))
    await ingest.call("BatchSubmitImplicitSignals", batch(signals))
    assert len(await ingest.rows(WORK)) == before == 2


async def test_shard_of_queued_rows_follows_user_or_output(ingest: IngestService) -> None:
    for index in range(10):
        await ingest.call("SubmitExplicitFeedback", thumb(f"o{index}", user=f"u{index}"))
        await ingest.call("RecordManifest", manifest(f"o{index}"))
    query = (
        "SELECT count(*) FROM ingest.learn_queue WHERE shard <> ingest.shard_of(tenant_id,"
        " CASE user_id WHEN '' THEN output_id ELSE user_id END)"
    )
    assert await ingest.number(query) == 0
    assert await ingest.number("SELECT count(DISTINCT shard) FROM ingest.learn_queue") > 3
