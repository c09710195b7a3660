"""A spoken comment is recorded and uploaded, or given up."""

import re

from playwright.async_api import Route, expect

from tests.gateway.widget.showing import Shown, until

VOICE = {"voiceEnabled": True}
PATH = "/feedback/voice"


async def test_a_recording_is_uploaded_as_webm_with_a_key(chat: Shown) -> None:
    page = await chat.open(VOICE)
    await page.get_by_role("button", name="Record a comment").click()
    stop = page.get_by_role("button", name="Stop and send")
    await expect(stop).to_be_focused()
    await expect(page.get_by_role("status")).to_have_text("Recording")
    await page.wait_for_timeout(1200)
    await stop.click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!")
    await expect(page.get_by_role("button", name="Record a comment")).to_be_focused()
    [(headers, body)] = [(headers, body) for _, path, headers, body in chat.asked if path == PATH]
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["idempotency-key"])
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    described, audio = body.split(b'name="audio"')
    assert b'name="feedback"' in described
    assert b"Content-Type: application/json" in described
    assert b'"outputId":"o","userId":"u","source":"FEEDBACK_SOURCE_THINKTANK","clientTime":"' in described
    assert b'filename="voice.webm"' in audio
    assert b"\x1a\x45\xdf\xa3" in audio[:200], "the first bytes of every webm file"
    assert len(audio) > 2000
    [stored] = await chat.gateway.intake.rows("SELECT * FROM ingest.voice_feedback")
    assert (stored["output_id"], stored["user_id"], stored["audio_format"]) == ("o", "u", "webm")


async def test_a_cancelled_recording_goes_nowhere(chat: Shown) -> None:
    page = await chat.open(VOICE)
    await page.get_by_role("button", name="Record a comment").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Record a comment")).to_be_visible()
    await page.wait_for_timeout(500)
    assert [path for _, path, _, _ in chat.asked if path == PATH] == []


async def test_a_recording_ends_by_itself_and_is_sent_again_under_its_key(chat: Shown) -> None:
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


async def test_without_a_microphone_it_says_so(chat: Shown) -> None:
    page = await chat.open(VOICE)
    await page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')) }")
    await page.get_by_role("button", name="Record a comment").click()
    await expect(page.get_by_role("status")).to_have_text("The microphone cannot be used.")


async def test_leaving_the_page_element_ends_the_recording(chat: Shown) -> None:
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
    await until(lambda: page.evaluate("window.stream.getTracks().every(track => track.readyState === 'ended')"))
    assert [path for _, path, _, _ in chat.asked if path == PATH] == []
