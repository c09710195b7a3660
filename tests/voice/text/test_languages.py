"""Language detection."""

import pytest

from voice.text.languages import LanguageDetector


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


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
def test_detect_sentence_returns_its_language(detector: LanguageDetector, text: str, language: str) -> None:
    assert detector.detect(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12345 !?", "asdf qwer"])
def test_detect_text_without_language_returns_empty_code(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text) == ""
