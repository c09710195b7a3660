"""What people say with the widget arrives, and once."""

from playwright.async_api import Route, expect

from tests.gateway.widget.showing import Shown, until

EXPLICIT = "/feedback/explicit"


async def test_a_thumb_its_categories_and_a_comment_are_stored_once(chat: Shown) -> None:
    page = await chat.open()
    up, down = page.get_by_role("button", name="Good answer"), page.get_by_role("button", name="Bad answer")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Accuracy").click()
    await page.get_by_role("button", name="Tone").click()
    await page.get_by_role("textbox", name="Comment").fill("It is wrong.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!")
    await until(lambda: chat.idle(page))
    assert len(chat.posted(EXPLICIT)) == 2
    [vote] = await chat.votes()
    assert (vote["rating"], vote["comment"], vote["source"]) == (-1, "It is wrong.", "thinktank")
    assert sorted(vote["categories"]) == ["accuracy", "tone"]
    await page.reload()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(up).to_have_attribute("aria-pressed", "false")


async def test_a_vote_whose_answer_is_lost_is_sent_again_and_counts_once(chat: Shown) -> None:
    page, keys = await chat.open(), []

    async def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            await route.continue_()
            return
        await route.fetch()
        await route.abort()

    await page.route(f"**{EXPLICIT}", lose)
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await expect(page.get_by_role("status")).to_have_text("Thank you!", timeout=10_000)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    stats = (await chat.gateway.ask("GET", "/feedback/stats/o")).json()
    assert (stats["counts"]["positive"], stats["counts"]["users"]) == ("1", "1")


async def test_what_was_not_sent_is_sent_by_the_next_page(chat: Shown) -> None:
    page = await chat.open()
    await page.route(f"**{EXPLICIT}", lambda route: route.abort())
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await page.unroute(f"**{EXPLICIT}")
    await page.reload()
    await until(chat.votes)


async def test_a_refusal_is_told_kindly_and_not_repeated(chat: Shown) -> None:
    page, count = await chat.open(), 0

    async def refuse(route: Route) -> None:
        nonlocal count
        count += 1
        problem = {"status": 403, "reason": "ROLE_MISSING", "detail": "internal words"}
        await route.fulfill(status=403, json=problem, content_type="application/problem+json")

    await page.route(f"**{EXPLICIT}", refuse)
    await page.evaluate("document.addEventListener('radiant-feedback-error', e => window.told = e.detail)")
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("Sorry, this could not be saved.")
    assert await page.evaluate("[told.problem.reason, told.retrying]") == ["ROLE_MISSING", False]
    await page.wait_for_timeout(1500)
    assert count == 1


async def test_it_asks_only_when_it_is_told_to(chat: Shown) -> None:
    quiet = await chat.open({"ask": False})
    await expect(quiet.get_by_role("button", name="Good answer")).to_be_visible()
    await expect(quiet.get_by_text("Was this answer helpful?")).to_be_hidden()
    asking = await chat.open({"ask": True})
    await expect(asking.get_by_text("Was this answer helpful?")).to_be_visible()
    await asking.get_by_role("button", name="Good answer").click()
    await expect(asking.get_by_text("Was this answer helpful?")).to_be_hidden()


async def test_it_shows_nothing_that_is_switched_off(chat: Shown) -> None:
    page = await chat.open({"thumbsEnabled": False, "commentsEnabled": False, "voiceEnabled": False})
    await until(lambda: page.evaluate("document.querySelector('radiant-feedback').shadowRoot.childElementCount"))
    assert await page.locator("radiant-feedback").get_by_role("button").count() == 0
    only_thumbs = await chat.open({"commentsEnabled": False, "categories": []})
    await only_thumbs.get_by_role("button", name="Good answer").click()
    await expect(only_thumbs.get_by_role("status")).to_have_text("Thank you!")
    await expect(only_thumbs.get_by_role("button", name="Send", exact=True)).to_be_hidden()


async def test_its_words_follow_the_language_and_the_page_may_change_them(chat: Shown) -> None:
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
