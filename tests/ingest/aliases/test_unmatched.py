"""Feedback whose manifest never comes: listed, limited, matched by hand, and deleted after its retention period."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from ingest.aliases import unmatched
from ingest.aliases.unmatched import match_and_measure
from ingest.notify.learner import NoLearnerNotifier
from ingest.privacy.retention import Retention
from ingest.settings import RetentionSettings
from kit.postgres.pool import PostgresSettings, open_database
from radiant.ingest.v1 import alias_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2 as ingest_pb
from tests.ingest.fixtures.aliases import ADMIN, call
from tests.ingest.fixtures.service import (
    CALLER,
    IngestService,
    batch,
    manifest,
    new_id,
    open_service,
    reason_of,
    signal,
    thumb,
)
from tests.neural.fixtures.stack import LearningStack, open_stack
from tests.support.servers import url_as
from tests.support.suite import token

pytestmark = pytest.mark.server
_VOTES = "SELECT output_id FROM ingest.explicit_feedback ORDER BY 1"


@pytest.fixture
async def learning(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    async with open_stack(database_url, redis_url) as opened:
        yield opened


async def listed(service: IngestService, caller: grpc.aio.Metadata = ADMIN) -> list[tuple[str, int, int, int]]:
    """Returns output id, votes, signals and users of each unmatched output."""
    found = await call(service, pb.ListUnmatchedFeedbackRequest(), caller)
    return [(each.output_id, each.votes, each.signals, each.users) for each in found.outputs]


async def matched(service: IngestService, name: str, output: str) -> None:
    """Matches the feedback under a name to an output."""
    request = pb.MatchFeedbackRequest(request_id=new_id(), feedback_output_id=name, output_id=output)
    await call(service, request)


async def test_feedback_without_manifest_is_listed_with_counts_and_ages(
    ingest: IngestService, learning: LearningStack
) -> None:
    begin = datetime.now(UTC)
    await ingest.call("SubmitExplicitFeedback", thumb("lost", user="ann"), CALLER)
    await ingest.call(
        "BatchSubmitImplicitSignals", batch([signal("lost", user="bob"), signal("lost", user="ann")]), CALLER
    )
    await ingest.call("SubmitExplicitFeedback", thumb("known"), CALLER)
    await ingest.call("RecordManifest", manifest("known"), CALLER)
    await ingest.call("SubmitExplicitFeedback", thumb("other"), token("globex"))
    await learning.learn()
    assert await listed(ingest) == [("lost", 1, 2, 2)]
    assert await listed(ingest, token("globex", "admin")) == [("other", 1, 0, 1)]
    found = await call(ingest, pb.ListUnmatchedFeedbackRequest())
    first = found.outputs[0].first_time.ToDatetime(UTC)
    assert begin - timedelta(seconds=5) <= first <= datetime.now(UTC) + timedelta(seconds=5)
    assert found.outputs[0].expire_time.ToDatetime(UTC) - first == timedelta(days=90)
    assert found.total_outputs == 1
    for user in ("ann", "bob"):
        await ingest.call("ForgetUser", ingest_pb.ForgetUserRequest(request_id=new_id(), user_id=user), ADMIN)
    await learning.learn()
    assert await listed(ingest) == []


async def test_pages_are_ordered_by_first_feedback(ingest: IngestService, learning: LearningStack) -> None:
    for name in ("c", "a", "b"):
        await ingest.call("SubmitExplicitFeedback", thumb(name), CALLER)
        await learning.learn()
    names, page = [], ""
    while True:
        found = await call(ingest, pb.ListUnmatchedFeedbackRequest(page_size=2, page_token=page))
        names += [each.output_id for each in found.outputs]
        page = found.next_page_token
        if not page:
            break
    assert names == ["c", "a", "b"]


async def test_matched_feedback_moves_and_later_feedback_is_stored_under_the_output(
    ingest: IngestService, learning: LearningStack
) -> None:
    await ingest.call("SubmitExplicitFeedback", thumb("lost"), CALLER)
    await ingest.call("RecordManifest", manifest("o"), CALLER)
    await learning.learn()
    await matched(ingest, "lost", "o")
    await learning.learn()
    await ingest.call("SubmitExplicitFeedback", thumb("lost", user="ann"), CALLER)
    assert [row[0] for row in await ingest.rows(_VOTES)] == ["o", "o"]
    assert await listed(ingest) == []
    (entry,) = await ingest.rows("SELECT action, target FROM ingest.audit_log")
    assert tuple(entry) == ("feedback.match", "o")


@pytest.mark.parametrize(("name", "target", "reason"), [("x", "none", "OUTPUT_UNKNOWN"), ("o", "p", "OUTPUT_RECORDED")])
async def test_match_of_unknown_or_recorded_output_is_refused(
    ingest: IngestService, name: str, target: str, reason: str
) -> None:
    for output in ("o", "p"):
        await ingest.call("RecordManifest", manifest(output), CALLER)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await matched(ingest, name, target)
    assert reason_of(refusal.value) == reason


async def test_votes_on_further_outputs_are_refused_at_the_limit(
    database_url: str, redis_url: str, learning: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unmatched, "COUNT_INTERVAL", timedelta())
    async with open_service(database_url, redis_url, {"RADIANT_UNMATCHED_OUTPUTS_MAX": "2"}) as ingest:
        for name in ("a", "b"):
            await ingest.call("SubmitExplicitFeedback", thumb(name), CALLER)
        await learning.learn()
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await ingest.call("SubmitExplicitFeedback", thumb("c"), CALLER)
        assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert reason_of(refusal.value) == "UNMATCHED_FULL"
        await ingest.call("SubmitExplicitFeedback", thumb("a", user="ann"), CALLER)
        await ingest.call("RecordManifest", manifest("c"), CALLER)
        await ingest.call("SubmitExplicitFeedback", thumb("c"), CALLER)
        await ingest.call("SubmitExplicitFeedback", thumb("c"), token("globex"))


async def test_unmatched_feedback_is_deleted_after_its_retention_period(
    ingest: IngestService, learning: LearningStack
) -> None:
    for name in ("old", "recent", "late"):
        await ingest.call("SubmitExplicitFeedback", thumb(name), CALLER)
    await learning.learn()
    await ingest.rows(
        "UPDATE ingest.unmatched_feedback SET first_seen_at = now() - interval '91 days' WHERE output_id <> 'recent'"
    )
    await ingest.call("RecordManifest", manifest("late"), CALLER)  # not learned yet
    postgres = PostgresSettings(url=url_as("radiant_ingest", ingest.database_url), application_name="retention")
    async with open_database(postgres) as database:
        kept = RetentionSettings(feedback=timedelta(), signals=timedelta())
        assert await Retention(database, kept, NoLearnerNotifier()).run_once() == 2
        await match_and_measure(database)
    assert unmatched.OUTPUTS._value.get() == 1
    assert 0 <= unmatched.AGE._value.get() < 60
    assert [row[0] for row in await ingest.rows(_VOTES)] == ["late", "recent"]
    assert [row[0] for row in await listed(ingest)] == ["recent"]


async def test_feedback_that_names_a_trace_is_matched_to_its_only_output(
    ingest: IngestService, learning: LearningStack
) -> None:
    one, other, several, young = ("1" * 32, "2" * 32, "3" * 32, "4" * 32)
    for trace in (one, other, several, young):
        await ingest.call("SubmitExplicitFeedback", thumb(trace), CALLER)
    await ingest.call("RecordManifest", manifest("response", output_aliases=[f"{one}-{'a' * 16}"]), CALLER)
    for name in (f"{other}-{'b' * 16}", f"{several}-{'c' * 16}", f"{several}-{'d' * 16}", f"{young}-{'e' * 16}"):
        await ingest.call("RecordManifest", manifest(name), CALLER)
    await learning.learn()
    await ingest.rows(
        "UPDATE ingest.unmatched_feedback SET first_seen_at = now() - interval '11 minutes' WHERE output_id <> $1",
        young,
    )
    postgres = PostgresSettings(url=url_as("radiant_ingest", ingest.database_url), application_name="matching")
    async with open_database(postgres) as database:
        for _ in range(2):
            await match_and_measure(database)
    await learning.learn()
    assert sorted(row[0] for row in await ingest.rows(_VOTES)) == sorted(
        ["response", f"{other}-{'b' * 16}", several, young]
    )
    assert {name for name, *_ in await listed(ingest)} == {several, young}
