"""Comments without a visible character: they are stored as absent, and visible comments are stored unchanged."""

from __future__ import annotations

from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import CALLER, IngestService, manifest, new_id, thumb, vote

BLANK = ("  \n\t", "\u200b\u200d\ufeff", "\u2800\u3164\u00a0\u3000", "\x0b\x01\x7f\u202e\u00ad", "\U000e0020\ufe0f")
VISIBLE = (" a ", "\u200bno\u200b", "\n.\n", "\U0001f468\u200d\U0001f469\u200d\U0001f467")


async def test_comment_without_visible_character_is_no_comment(ingest: IngestService) -> None:
    for index, comment in enumerate((*BLANK, *VISIBLE)):
        await ingest.call("RecordManifest", manifest(f"o{index}"))
        await ingest.call("SubmitExplicitFeedback", thumb(f"o{index}", comment=comment))
    rows = await ingest.rows("SELECT comment, comment_language FROM ingest.explicit_feedback ORDER BY output_id")
    assert [each["comment"] for each in rows] == [""] * len(BLANK) + list(VISIBLE)
    assert {each["comment_language"] for each in rows[: len(BLANK)]} == {None}
    for output, count in (("o0", 0), (f"o{len(BLANK)}", 1)):
        stats = await ingest.call("GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id=output))
        assert stats.counts.comments == count
    found = await ingest.call("ListOutputs", pb.ListOutputsRequest(with_comment=True))
    assert len(found.outputs) == len(VISIBLE)


async def test_blank_comment_of_stream_is_no_comment(ingest: IngestService) -> None:
    batch = pb.StreamSignalsRequest(
        batch_id=new_id(), feedback=[vote(f"o{index}", comment=comment) for index, comment in enumerate(BLANK)]
    )
    (ack,) = [each async for each in ingest.stub.StreamSignals(iter([batch]), metadata=CALLER)]
    assert {each.outcome for each in ack.results} == {feedback_pb2.ITEM_OUTCOME_ACCEPTED}
    rows = await ingest.rows("SELECT comment FROM ingest.explicit_feedback")
    assert [each["comment"] for each in rows] == [""] * len(BLANK)
