"""Tests of voice comments: recording, upload, retry and cancellation."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.gateway.fixtures.widget_page import ChatPage, wait_until

pytestmark = pytest.mark.asyncio(loop_scope="package")
VOICE = {"voiceEnabled": True}
PATH = "/feedback/voice"


async def test_recording_is_uploaded_as_webm_with_an_idempotency_key(chat: ChatPage) -> None:
    page = await chat.open(VOICE)
    await page.get_by_role("button", name="Record a comment").click()
    stop = page.get_by_role("button", name="Stop and send")
    await expect(stop).to_be_focused()
    await expect(page.get_by_role("status")).to_have_text("Recording")
    await expect(page.get_by_text("59", exact=True)).to_be_visible()  # one of 60 seconds has passed
    await stop.click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!")
    await expect(page.get_by_role("button", name="Record a comment")).to_be_focused()
    [(headers, body)] = [(headers, body) for _, path, headers, body in chat.backend_requests if path == PATH]
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["idempotency-key"])
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    description, audio = body.split(b'name="audio"')
    assert b'name="feedback"' in description
    assert b"Content-Type: application/json" in description
    assert b'"outputId":"o","userId":"u","source":"FEEDBACK_SOURCE_THINKTANK","clientTime":"' in description
    assert b'filename="voice.webm"' in audio
    assert b"\x1a\x45\xdf\xa3" in audio[:200], "the EBML header of a WebM file"
    assert len(audio) > 2000
    [stored] = await chat.gateway.intake.rows("SELECT * FROM ingest.voice_feedback")
    assert (stored["output_id"], stored["user_id"], stored["audio_format"]) == ("o", "u", "webm")


async def test_cancelled_recording_is_not_uploaded(chat: ChatPage) -> None:
    page = await chat.open(VOICE)
    await page.get_by_role("button", name="Record a comment").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Record a comment")).to_be_visible()
    await page.get_by_role("button", name="Good answer").click()
    await wait_until(chat.votes)  # a request that started before the vote has arrived by now
    assert [path for _, path, _, _ in chat.backend_requests if path == PATH] == []


async def test_recording_stops_at_its_maximum_and_a_retry_has_the_same_key(chat: ChatPage) -> None:
    chat.attributes = 'voice-seconds="1"'
    page, keys = await chat.open(VOICE), list[str]()

    async def fail_once(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        await (route.continue_() if len(keys) > 1 else route.fulfill(status=503, json={"reason": "UNAVAILABLE"}))

    await page.route(f"**{PATH}", fail_once)
    await page.get_by_role("button", name="Record a comment").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!", timeout=10_000)
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_recording_without_a_microphone_shows_an_error(chat: ChatPage) -> None:
    page = await chat.open(VOICE)
    await page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')) }")
    await page.get_by_role("button", name="Record a comment").click()
    await expect(page.get_by_role("status")).to_have_text("The microphone cannot be used.")


async def test_removed_element_stops_the_recording(chat: ChatPage) -> None:
    page = await chat.open(VOICE)
    await page.evaluate(
        """() => {
            const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async (what) => (window.stream = await ask(what));
        }"""
    )
    await page.get_by_role("button", name="Record a comment").click()
    await expect(page.get_by_role("button", name="Stop and send")).to_be_visible()
    await page.evaluate("document.querySelector('radiant-feedback').remove()")
    await wait_until(lambda: page.evaluate("window.stream.getTracks().every(track => track.readyState === 'ended')"))
    assert [path for _, path, _, _ in chat.backend_requests if path == PATH] == []
