"""Ratings in numbers, stars and emoji, apart from the held-out texts."""

import pytest

from voice.text.ratings.emoji import emoji_sentiment
from voice.text.ratings.statement import stated_rating


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Nine out of ten.", 0.8),
        ("I would rate this answer 7.5 out of 10 because it missed a point.", 0.5),
        ("11 out of 10!", 1.0),
        ("2 stars out of 5", -0.5),
        ("This deserves five stars", 1.0),
        ("four-star answer: 4 ½ stars", 0.75),
        ("My score is 90%.", 0.8),
        ("Let's say a 7, so I give it a 7.", 0.4),
        ("Siete de diez, falta una fuente.", 0.4),
        ("le doy un tres", -0.4),
        ("tres estrellas y media", 0.25),
        ("Quinze ? Non, 12 sur 20.", 0.2),
        ("sept sur dix parce que c'est long", 0.4),
        ("Neun von zehn Punkten für die Erklärung", 0.8),
        ("dreieinhalb Sterne", 0.25),
        ("sei su dieci", 0.2),
        ("quattro stelle e mezza", 0.75),
        ("Três estrelas", 0.0),
        ("seis de dez", 0.2),
        ("zeven op tien", 0.4),
        ("vierenhalve", None),
        ("sześć na dziesięć", 0.2),
        ("dwie gwiazdki", -0.5),
        ("10点満点中7点でした", 0.4),
        ("星２つ", -0.5),
        ("我打七分", 0.4),
        ("满分一百分,我给七十分", 0.4),
        ("我给八十五分。", 0.7),
        ("两颗星", -0.5),
        ("семь из десяти", 0.4),
        ("٧ من ١٠", 0.4),
        ("10 में से 4", -0.2),
        ("10점 만점에 6점", 0.2),
        ("10 üzerinden 9", 0.8),
        ("★★★☆☆", 0.0),
        ("⭐⭐⭐", 0.0),
        ("First I said 2/10, now 9/10.", 0.8),
    ],
)
def test_stated_rating_of_text_returns_value_of_last_rating(text: str, value: float | None) -> None:
    found = stated_rating(text)
    assert found == (None if value is None else pytest.approx(value, abs=0.01))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "I asked it on 3/10 and again on 4/10.",
        "The deadline is 05/10/2026.",
        "Nine out of ten users agree with me.",
        "4 of 5 tests pass now.",
        "It was not a ten out of ten.",
        "Cuatro de cinco pruebas fallan.",
        "Neuf fois sur dix il plante.",
        "Drei von fünf Tests schlagen fehl.",
        "Call me at 5.",
        "Chapter 10 of 20 chapters",
        "A four star general spoke.",
        "三星手机",
        "等了十分钟",
        "5月10日",
        "Twinkle twinkle little star",
        "⭐",
    ],
)
def test_stated_rating_of_text_without_rating_is_none(text: str) -> None:
    assert stated_rating(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"), [("👍🏿", 0.8, 1), ("so nice ❤️", 0.8, 1), ("👎 👎", -1, -0.8), ("👍👎", -0.1, 0.1)]
)
def test_emoji_sentiment_returns_mean_of_distinct_emoji(text: str, low: float, high: float) -> None:
    found = emoji_sentiment(text)
    assert found is not None
    assert low <= found <= high


def test_emoji_sentiment_without_clear_emoji_is_none() -> None:
    assert emoji_sentiment("😂🤔🚗 text") is None
