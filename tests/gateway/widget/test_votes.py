"""Tests of votes: storage, retry, error messages, visibility and languages."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.gateway.fixtures.widget_page import ChatPage, wait_until
from tests.ingest.fixtures.service import manifest

pytestmark = pytest.mark.asyncio(loop_scope="package")
EXPLICIT, RETRACT = "/feedback/explicit", "/feedback/retract"


async def test_vote_with_categories_and_comment_is_stored_once(chat: ChatPage) -> None:
    page = await chat.open()
    up, down = page.get_by_role("button", name="Good answer"), page.get_by_role("button", name="Bad answer")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Accuracy").click()
    await page.get_by_role("button", name="Tone").click()
    await page.get_by_role("textbox", name="Comment").fill("It is wrong.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!")
    await wait_until(lambda: chat.is_idle(page))
    assert len(chat.bodies(EXPLICIT)) == 2
    [vote] = await chat.votes()
    assert (vote["rating"], vote["comment"], vote["source"]) == (-1, "It is wrong.", "thinktank")
    assert sorted(vote["categories"]) == ["accuracy", "tone"]
    await page.reload()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(up).to_have_attribute("aria-pressed", "false")


async def test_vote_with_lost_response_is_retried_and_counted_once(chat: ChatPage) -> None:
    page, keys = await chat.open(), []

    async def lose_first_response(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            await route.continue_()
            return
        await route.fetch()
        await route.abort()

    await page.route(f"**{EXPLICIT}", lose_first_response)
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await expect(page.get_by_role("status")).to_have_text("Thank you!", timeout=10_000)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    stats = (await chat.gateway.request("GET", "/feedback/stats/o")).json()
    assert (stats["counts"]["positive"], stats["counts"]["users"]) == ("1", "1")


async def test_unsent_vote_is_sent_by_the_next_page(chat: ChatPage) -> None:
    page = await chat.open()
    await page.route(f"**{EXPLICIT}", lambda route: route.abort())
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await page.unroute(f"**{EXPLICIT}")
    await page.reload()
    await wait_until(chat.votes)


async def test_rejected_vote_shows_a_message_and_is_not_retried(chat: ChatPage) -> None:
    page, count = await chat.open(), 0

    async def reject(route: Route) -> None:
        nonlocal count
        count += 1
        problem = {"status": 403, "reason": "ROLE_MISSING", "detail": "internal detail"}
        await route.fulfill(status=403, json=problem, content_type="application/problem+json")

    await page.route(f"**{EXPLICIT}", reject)
    await page.evaluate("document.addEventListener('radiant-feedback-error', e => window.told = e.detail)")
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("Sorry, this could not be saved.")
    assert await page.evaluate("[told.problem.reason, told.retrying]") == ["ROLE_MISSING", False]
    await wait_until(lambda: chat.is_idle(page))
    await page.reload()
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    assert count == 1


async def test_question_is_shown_only_if_enabled_by_the_configuration(chat: ChatPage) -> None:
    quiet = await chat.open({"ask": False})
    await expect(quiet.get_by_role("button", name="Good answer")).to_be_visible()
    await expect(quiet.get_by_text("Was this answer helpful?")).to_be_hidden()
    asking = await chat.open({"ask": True})
    await expect(asking.get_by_text("Was this answer helpful?")).to_be_visible()
    await asking.get_by_role("button", name="Good answer").click()
    await expect(asking.get_by_text("Was this answer helpful?")).to_be_hidden()


async def test_disabled_parts_are_hidden(chat: ChatPage) -> None:
    page = await chat.open({"thumbsEnabled": False, "commentsEnabled": False, "voiceEnabled": False})
    await wait_until(lambda: page.evaluate("document.querySelector('radiant-feedback').shadowRoot.childElementCount"))
    assert await page.locator("radiant-feedback").get_by_role("button").count() == 0
    only_thumbs = await chat.open({"commentsEnabled": False, "categories": []})
    await only_thumbs.get_by_role("button", name="Good answer").click()
    await expect(only_thumbs.get_by_role("status")).to_have_text("Thank you!")
    await expect(only_thumbs.get_by_role("button", name="Send", exact=True)).to_be_hidden()


async def test_labels_follow_the_language_and_the_label_attributes(chat: ChatPage) -> None:
    for lang, word in {
        "en": "Good answer",
        "de": "Gute Antwort",
        "fr": "Bonne réponse",
        "es-MX": "Buena respuesta",
    }.items():
        chat.attributes = f'lang="{lang}" label-down="No!"'
        page = await chat.open()
        await expect(page.get_by_role("button", name=word)).to_be_visible()
        await expect(page.get_by_role("button", name="No!")).to_be_visible()


@pytest.mark.parametrize("key", ["", "Enter", "Space"])
async def test_second_click_or_key_withdraws_the_vote(chat: ChatPage, key: str) -> None:
    page = await chat.open()
    up, status = page.get_by_role("button", name="Good answer"), page.get_by_role("status")

    async def press() -> None:
        await (up.press(key) if key else up.click())

    await press()
    await expect(status).to_have_text("Thank you!")
    await press()
    await expect(status).to_have_text("Rating withdrawn.")
    await expect(up).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_role("textbox", name="Comment")).to_be_hidden()
    assert await chat.counts() == {"positive": "0", "negative": "0", "users": "0"}
    await page.reload()
    await expect(up).to_have_attribute("aria-pressed", "false")
    await press()
    await expect(status).to_have_text("Thank you!")
    assert await chat.counts() == {"positive": "1", "negative": "0", "users": "1"}


async def test_withdrawal_without_connection_is_sent_after_its_vote(chat: ChatPage) -> None:
    page = await chat.open()
    await page.route(re.compile(f"{EXPLICIT}|{RETRACT}"), lambda route: route.abort())
    down = page.get_by_role("button", name="Bad answer")
    await down.click()
    await down.click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await page.unroute_all()
    await expect(page.get_by_role("status")).to_have_text("Rating withdrawn.", timeout=10_000)
    assert [path for method, path, _, _ in chat.backend_requests if method == "POST"] == [EXPLICIT, RETRACT]
    assert await chat.counts() == {"positive": "0", "negative": "0", "users": "0"}


async def test_refused_withdrawal_shows_the_vote_as_given(chat: ChatPage) -> None:
    page = await chat.open()
    await page.route(f"**{RETRACT}", lambda route: route.fulfill(status=403, json={"reason": "ROLE_MISSING"}))
    up = page.get_by_role("button", name="Good answer")
    await up.click()
    await up.click()
    await expect(page.get_by_role("status")).to_have_text("Sorry, this could not be saved.")
    await expect(up).to_have_attribute("aria-pressed", "true")
    assert await chat.counts() == {"positive": "1", "negative": "0", "users": "1"}


async def test_vote_without_manifest_is_thanked_for_once_the_manifest_is_known(chat: ChatPage) -> None:
    chat.attributes = 'output-id="later"'
    page = await chat.open()
    up, status = page.get_by_role("button", name="Good answer"), page.get_by_role("status")
    await up.click()
    await expect(status).to_have_text("Saved until the answer is registered.")
    await chat.gateway.intake.call("RecordManifest", manifest("later"))
    await page.get_by_role("button", name="Bad answer").click()
    await expect(status).to_have_text("Thank you!")
