"""Languages of texts."""

import pytest

from voice.text.languages import Languages


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("That was exactly what I needed, thank you.", "en"),
        ("Das war leider überhaupt nicht richtig.", "de"),
        ("La respuesta llegó demasiado tarde.", "es"),
        ("この答えはとても役に立ちました。", "ja"),
        ("الجواب طويل جدا ولا يمكن قراءته.", "ar"),
    ],
)
def test_the_language_of_a_sentence_is_recognised(languages: Languages, text: str, language: str) -> None:
    assert languages.detect(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12345 !?", "asdf qwer"])
def test_what_is_no_language_is_unknown(languages: Languages, text: str) -> None:
    assert languages.detect(text) == ""
