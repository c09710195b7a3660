"""GetFeedbackStats, GetConversationSummary and GetWidgetConfig against the scoring formula."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from ingest.api.convert.enums import SIGNALS
from ingest.domain.model import SENTIMENTS
from kit.rpc.pages import encode_page
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import (
    TENANT,
    IngestService,
    batch,
    manifest,
    new_id,
    problems_of,
    reason_of,
    rows,
    signal,
    thumb,
    time_at,
)

EXACT = 1e-12


@dataclass
class Unit:
    """Feedback of one user on one output."""

    rating: int | None = None
    signals: list[int] = field(default_factory=list)
    voice: float | None = None

    @property
    def weighted_score(self) -> float:
        """Returns (3 e + i + 2 v) / (3 [e] + [i] + 2 [v]), with each signal type once."""
        parts: list[tuple[int, float]] = []
        if self.rating is not None:
            parts.append((3, self.rating))
        if self.signals:
            parts.append((1, statistics.fmean(SENTIMENTS[SIGNALS[kind]] for kind in set(self.signals))))
        if self.voice is not None:
            parts.append((2, self.voice))
        return sum(weight * score for weight, score in parts) / sum(weight for weight, _ in parts)


Units = dict[tuple[str, str], Unit]


async def insert_voice(ingest: IngestService, output: str, user: str, sentiment: float) -> None:
    """Inserts a transcribed voice comment, as the voice service stores it."""
    query = (
        "INSERT INTO ingest.voice_feedback (tenant_id, output_id, user_id, voice_id, created_at, audio_key,"
        " audio_format, source, status, sentiment) VALUES ($1, $2, $3, gen_random_uuid(), now(), 'k', 'wav', 'api',"
        " 'completed', $4)"
    )
    await rows(ingest.database_url, query, TENANT, output, user, sentiment)


async def submit_random(ingest: IngestService, chance: random.Random, outputs: list[str]) -> Units:
    """Submits random feedback of all kinds and returns the standing feedback."""
    units: Units = defaultdict(Unit)
    calls: list[tuple[str, Any]] = []
    for output in outputs:
        for user in chance.sample("abcdefgh", 5):
            what, unit = chance.randrange(1, 8), units[output, user]
            if what & 1:
                unit.rating = chance.choice([-1, 0, 1])
                categories = [feedback_pb2.FEEDBACK_CATEGORY_TONE] if what & 2 else []
                request = thumb(output, unit.rating + 2, user, categories=categories, comment="Very good")
                calls.append(("SubmitExplicitFeedback", request))
            if what & 2:
                unit.signals = chance.choices(range(1, 16), k=4)
                calls.append(("BatchSubmitImplicitSignals", batch(signal(output, k, user) for k in unit.signals)))
            if what & 4:
                unit.voice = chance.uniform(-1, 1)
                await insert_voice(ingest, output, user, unit.voice)
    await asyncio.gather(*(ingest.call(*each) for each in calls))
    return units


def mean(units: Units, outputs: list[str]) -> float:
    """Returns the mean score of all units of the outputs."""
    return statistics.fmean(unit.weighted_score for (output, _), unit in units.items() if output in outputs)


def check_counts(counts: pb.FeedbackCounts, units: list[Unit]) -> None:
    """Compares every count. Every vote of the test has a comment."""
    ratings = [unit.rating for unit in units]
    assert (counts.positive, counts.neutral, counts.negative) == tuple(ratings.count(each) for each in (1, 0, -1))
    assert counts.signals == sum(len(unit.signals) for unit in units)
    assert counts.comments == sum(each is not None for each in ratings)
    assert counts.voice == sum(unit.voice is not None for unit in units)
    assert counts.users == len(units)


async def test_stats_and_summaries_match_formula(ingest: IngestService) -> None:
    outputs = [f"o{index}" for index in range(12)]
    for index, output in enumerate(outputs):
        await ingest.call("RecordManifest", manifest(output, "m", "n", seconds=index, conversation_id="c"))
    units = await submit_random(ingest, random.Random(7), outputs)
    for output in outputs:
        answer = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id=output))
        assert answer.mean_score == pytest.approx(mean(units, [output]), abs=EXACT)
        check_counts(answer.counts, [unit for (of, _), unit in units.items() if of == output])
        for each in answer.signals:
            given = [unit.signals.count(each.signal_type) for (of, _), unit in units.items() if of == output]
            assert (each.occurrences, each.users) == (sum(given), len([times for times in given if times]))
        assert sum(each.occurrences for each in answer.signals) == answer.counts.signals
    summary = await ingest.call("GetConversationSummary", pb.GetConversationSummaryRequest(conversation_id="c"))
    assert summary.mean_score == pytest.approx(mean(units, outputs), abs=EXACT)
    check_counts(summary.counts, list(units.values()))
    assert [each.output_id for each in summary.outputs] == outputs
    assert [each.mean_score for each in summary.outputs] == pytest.approx([mean(units, [o]) for o in outputs])
    assert {tuple(each.models_used) for each in summary.outputs} == {("m", "n")}


async def test_stats_after_retraction_count_only_later_feedback(ingest: IngestService) -> None:
    vote = thumb("o", 1, categories=[feedback_pb2.FEEDBACK_CATEGORY_SPEED], comment="Bad")
    await ingest.call("SubmitExplicitFeedback", vote)
    await ingest.call("BatchSubmitImplicitSignals", batch([signal("o", 1), signal("o", 1, seconds=20), signal("o", 2)]))
    ask, stats = pb.GetFeedbackStatsRequest(output_id="o"), "GetFeedbackStats"
    before = await ingest.call(stats, ask)
    assert (before.counts.negative, before.counts.comments, before.counts.signals) == (1, 1, 3)
    assert [(each.category, each.negative) for each in before.categories] == [(5, 1)]
    assert before.mean_score == pytest.approx((-3 + 0.9) / 4, abs=EXACT)
    back = pb.RetractFeedbackRequest(request_id=new_id(), output_id="o", user_id="u", client_time=time_at(10))
    answer = await ingest.call("RetractFeedback", back)
    assert (answer.explicit_retracted, answer.signals_retracted, answer.voice_retracted) == (True, 2, 0)
    after = await ingest.call(stats, ask)
    assert (after.counts.negative, after.counts.comments, after.counts.signals) == (0, 0, 1)
    assert (list(after.categories), after.mean_score) == ([], pytest.approx(0.9, abs=EXACT))
    back.request_id = new_id()
    again = await ingest.call("RetractFeedback", back)
    assert (again.explicit_retracted, again.signals_retracted) == (False, 0)
    await ingest.call("SubmitExplicitFeedback", thumb("o", 3, seconds=11))
    assert (await ingest.call(stats, ask)).counts.positive == 1


async def test_retraction_of_one_kind_before_arrival_applies(ingest: IngestService) -> None:
    kinds = [pb.FEEDBACK_KIND_IMPLICIT]
    back = pb.RetractFeedbackRequest(
        request_id=new_id(), output_id="o", user_id="u", kinds=kinds, client_time=time_at(10)
    )
    await ingest.call("RetractFeedback", back)
    await ingest.call("BatchSubmitImplicitSignals", batch([signal("o"), signal("o", seconds=11)]))
    await ingest.call("SubmitExplicitFeedback", thumb("o"))
    answer = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o"))
    assert (answer.counts.positive, answer.counts.signals) == (1, 1)


async def test_stats_of_unknown_output_or_conversation_are_not_found(ingest: IngestService) -> None:
    asked: list[tuple[str, Any, str]] = [
        ("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="x"), "OUTPUT_UNKNOWN"),
        ("GetConversationSummary", pb.GetConversationSummaryRequest(conversation_id="x"), "CONVERSATION_UNKNOWN"),
    ]
    for method, request, reason in asked:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call(method, request)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.NOT_FOUND, reason)


async def test_stats_without_feedback_have_score_0(ingest: IngestService) -> None:
    await ingest.call("RecordManifest", manifest("o", conversation_id="c"))
    answer = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id="o"))
    assert (answer.manifest_known, answer.HasField("mean_score"), answer.counts.users) == (True, False, 0)
    summary = await ingest.call("GetConversationSummary", pb.GetConversationSummaryRequest(conversation_id="c"))
    assert (summary.output_count, summary.HasField("mean_score"), summary.next_page_token) == (1, False, "")


async def pages(ingest: IngestService, conversation: str, size: int) -> list[list[str]]:
    """Returns the outputs of a conversation by page."""
    found: list[list[str]] = []
    token = ""
    while token or not found:
        request = pb.GetConversationSummaryRequest(conversation_id=conversation, page_size=size, page_token=token)
        answer = await ingest.call("GetConversationSummary", request)
        assert answer.output_count == 7
        found.append([each.output_id for each in answer.outputs])
        token = answer.next_page_token
    return found


async def test_conversation_pages_with_equal_times_have_each_output_once(ingest: IngestService) -> None:
    seconds = [0, 1, 1, 1, 1, 2, 3]
    manifests = [manifest(f"o{i}", seconds=s, conversation_id="c").manifest for i, s in enumerate(seconds)]
    request = pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests)
    await ingest.call("BatchRecordManifests", request)
    outputs = [f"o{index}" for index in range(7)]
    assert await pages(ingest, "c", 3) == [outputs[:3], outputs[3:6], outputs[6:]]
    assert await pages(ingest, "c", 7) == await pages(ingest, "c", 0) == await pages(ingest, "c", 5000) == [outputs]
    assert await pages(ingest, "c", 1) == [[each] for each in outputs]


async def test_conversation_page_token_of_other_conversation_is_refused(ingest: IngestService) -> None:
    for conversation in ("c", "d"):
        for index in range(3):
            await ingest.call("RecordManifest", manifest(f"{conversation}{index}", conversation_id=conversation))
    first = await ingest.call(
        "GetConversationSummary", pb.GetConversationSummaryRequest(conversation_id="c", page_size=1)
    )
    filter_ = ("conversation", TENANT, "d")
    forged = [encode_page(filter_, (time, "d")) for time in (2**63 - 1, -(2**63), 2**62, 2**64)]
    forged += [encode_page(filter_, key) for key in ((1, "\x00"), (1, "\ud800"), ("1", "d"), (1,))]
    for token in (first.next_page_token, *forged):
        request = pb.GetConversationSummaryRequest(conversation_id="d", page_token=token)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call("GetConversationSummary", request)
        assert (caught.value.code(), problems_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, ["page_token"])


async def test_widget_returns_standing_rating(ingest: IngestService) -> None:
    ask = pb.GetWidgetConfigRequest(user_id="u", output_id="o")
    anybody = await ingest.call("GetWidgetConfig", pb.GetWidgetConfigRequest())
    assert (anybody.thumbs_enabled, anybody.comments_enabled, anybody.voice_enabled) == (True, True, False)
    assert list(anybody.categories) == list(range(1, 10))
    assert sorted(anybody.signals) == list(range(1, 16))
    assert (anybody.batch_items_max, anybody.comment_characters_max) == (1000, 4000)
    assert anybody.current_rating == feedback_pb2.RATING_UNSPECIFIED
    for seconds, rating in enumerate((1, 2, 3)):
        await ingest.call("SubmitExplicitFeedback", thumb("o", rating, seconds=seconds))
        assert (await ingest.call("GetWidgetConfig", ask)).current_rating == rating
    other = pb.GetWidgetConfigRequest(user_id="another", output_id="o")
    assert (await ingest.call("GetWidgetConfig", other)).current_rating == feedback_pb2.RATING_UNSPECIFIED
    back = pb.RetractFeedbackRequest(request_id=new_id(), output_id="o", user_id="u")
    await ingest.call("RetractFeedback", back)
    assert (await ingest.call("GetWidgetConfig", ask)).current_rating == feedback_pb2.RATING_UNSPECIFIED
