"""Voice feedback and the queue as callers see them: pages, filters, recordings, depth, retries, field validation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.scripted import recording
from tests.voice.fixtures.service import ADMIN, EXPERT, OPERATOR, SERVICE, Store, VoiceService, new_id, open_service


async def all_pages(service: VoiceService, **wanted: Any) -> list[str]:
    """Returns output_id and user_id of all rows of a listing with two rows per page."""
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListVoiceFeedbackRequest(page_size=2, page_token=token, **wanted)
        answer = await service.call("ListVoiceFeedback", request)
        found += [f"{each.output_id}{each.user_id}" for each in answer.feedback]
        token = answer.next_page_token
        if not token:
            return found


async def test_list_with_pages_and_filters_returns_matching_rows_newest_first(service: VoiceService) -> None:
    for number in range(7):
        data = recording(f"{number}", silent=number == 3)
        age = timedelta(minutes=number)
        await service.add_recording(data, output=f"o{number % 2}", user=f"u{number % 3}", age=age)
    await service.add_recording(recording("other"), tenant="globex", output="o0")
    await service.wait_for_status("completed", 7)
    await service.wait_for_status("no_speech")
    assert await all_pages(service) == ["o0u0", "o1u1", "o0u2", "o1u0", "o0u1", "o1u2", "o0u0"]
    assert await all_pages(service, output_id="o1") == ["o1u1", "o1u0", "o1u2"]
    assert await all_pages(service, user_id="u0", output_id="o0") == ["o0u0", "o0u0"]
    assert await all_pages(service, status=voice_pb2.VOICE_STATUS_NO_SPEECH) == ["o1u0"]
    assert await all_pages(service, status=voice_pb2.VOICE_STATUS_FAILED) == []
    first = await service.call("ListVoiceFeedback", pb.ListVoiceFeedbackRequest(page_size=1))
    request = pb.ListVoiceFeedbackRequest(page_token=first.next_page_token, user_id="u1")
    assert (await service.outcome("ListVoiceFeedback", request))[:2] == ("INVALID_ARGUMENT", ["page_token"])


async def test_list_of_a_user_contains_rows_of_earlier_spellings(service: VoiceService) -> None:
    for number, user in enumerate(("u0", "u0 ", "U0", "\u200bu0")):
        await service.add_recording(
            recording(f"{number}"), output=f"o{number}", user=user, age=timedelta(minutes=number)
        )
    assert await all_pages(service, user_id="u\u00ad0") == ["o0u0", "o1u0 ", "o3\u200bu0"]


async def test_audio_for_expert_is_streamed_and_for_service_role_is_refused(service: VoiceService) -> None:
    data = recording("x" * 700_000)
    voice_id = await service.add_recording(data)
    request = pb.GetVoiceAudioRequest(voice_id=voice_id)
    parts = await service.call("GetVoiceAudio", request, EXPERT)
    assert b"".join(part.chunk for part in parts) == data
    assert max(len(part.chunk) for part in parts) <= 256 * 1024
    assert (parts[0].audio_format, parts[0].audio_bytes, parts[1].audio_format) == ("wav", len(data), "")
    assert (await service.outcome("GetVoiceAudio", request, SERVICE))[2] == "ROLE_MISSING"


async def test_queue_depth_of_tenant_and_of_all_tenants_counts_rows_by_status(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    for number in range(3):
        await store.add_recording(recording(f"{number}"), age=timedelta(minutes=number))
    await store.add_recording(recording("other"), tenant="globex", age=timedelta(minutes=9))
    await store.rows("UPDATE ingest.voice_feedback SET next_attempt_at = now() + interval '1 hour'")
    completed = await store.add_recording(recording("done"))
    async with open_service(database_url, "", tmp_path / "audio") as service:
        await service.wait_for_status("completed")
        answer = await service.call("GetVoiceQueue", pb.GetVoiceQueueRequest(), ADMIN)
        assert {each.status: each.count for each in answer.depths} == {
            voice_pb2.VOICE_STATUS_PENDING: 3,
            voice_pb2.VOICE_STATUS_COMPLETED: 1,
        }
        assert 119 < answer.oldest_waiting_age.seconds < 180
        assert answer.HasField("oldest_waiting_time")
        total = await service.call("GetVoiceQueue", pb.GetVoiceQueueRequest(), OPERATOR)
        assert [(each.status, each.count) for each in total.depths] == [(voice_pb2.VOICE_STATUS_PENDING, 4)]
        assert total.oldest_waiting_age.seconds > 500
        assert (await service.outcome("GetVoiceQueue", pb.GetVoiceQueueRequest(), EXPERT))[2] == "ROLE_MISSING"
        assert (await service.feedback(completed)).status == voice_pb2.VOICE_STATUS_COMPLETED


async def test_requests_with_invalid_fields_name_all_of_them(service: VoiceService) -> None:
    for method, request, fields in (
        ("GetVoiceFeedback", pb.GetVoiceFeedbackRequest(voice_id="x"), ["voice_id"]),
        ("GetVoiceAudio", pb.GetVoiceAudioRequest(voice_id=""), ["voice_id"]),
        ("RetryVoiceFeedback", pb.RetryVoiceFeedbackRequest(voice_ids=["x"]), ["request_id", "voice_ids[0]"]),
        ("ListVoiceFeedback", pb.ListVoiceFeedbackRequest(page_size=-1, page_token="!"), ["page_size", "page_token"]),
        ("TranslateText", pb.TranslateTextRequest(source_language="?"), ["text", "source_language"]),
    ):
        code, named, _, _ = await service.outcome(method, request, OPERATOR)
        assert code == "INVALID_ARGUMENT"
        assert sorted(named) == sorted(fields)


async def test_retry_with_unknown_voice_id_changes_nothing(service: VoiceService) -> None:
    failed = await service.add_recording(recording("", fail="rejected"))
    await service.wait_for_status("failed")
    request = pb.RetryVoiceFeedbackRequest(request_id=new_id(), voice_ids=[failed, new_id()])
    assert (await service.outcome("RetryVoiceFeedback", request, ADMIN))[0] == "NOT_FOUND"
    assert await service.counts() == {"failed": 1}


async def test_retry_with_request_id_of_another_request_is_refused(service: VoiceService) -> None:
    failed = await service.add_recording(recording("", fail="rejected"))
    await service.wait_for_status("failed")
    request = pb.RetryVoiceFeedbackRequest(request_id=new_id(), voice_ids=[failed])
    assert (await service.outcome("RetryVoiceFeedback", request, ADMIN))[0] == "OK"
    request.reason = "another"
    assert (await service.outcome("RetryVoiceFeedback", request, ADMIN))[2] == "REQUEST_ID_REUSED"
