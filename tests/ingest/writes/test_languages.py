"""Language detection of comments and prompts."""

from __future__ import annotations

import pytest

from ingest.writes.languages import detect_language
from tests.ingest.fixtures.service import IngestService, manifest, thumb

SENTENCES = {
    "en": "Thank you very much, this answer helped me to finish my report in time.",
    "de": "Vielen Dank, diese Antwort hat mir geholfen, meinen Bericht rechtzeitig fertigzustellen.",
    "fr": "Merci beaucoup, cette réponse m'a aidé à terminer mon rapport à temps.",
    "es": "Muchas gracias, esta respuesta me ayudó a terminar mi informe a tiempo.",
    "ja": "ありがとうございます。この回答のおかげで報告書を時間通りに仕上げることができました。",
    "ru": "Большое спасибо, этот ответ помог мне вовремя закончить отчёт.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_language_of_sentence_is_detected(code: str) -> None:
    assert detect_language(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", " ", "\n\t", "12345 67", "👍👍🎉", "!!! ???", "\x01\x7f"])
def test_language_of_text_without_letters_is_unknown(text: str) -> None:
    assert detect_language(text) == ""


def test_language_of_long_or_multiline_text_is_detected() -> None:
    lines = SENTENCES["de"].replace(" ", "\n")
    assert detect_language(lines) == "de"
    assert detect_language((SENTENCES["fr"] + "\n") * 500) == "fr"


@pytest.mark.parametrize("text", ["a", "x" * 4000, "\u202e\u200b\ufeffé", "🦖 a" * 1000, "' OR 1=1 --", "Ω≈ç√∫˜µ"])
def test_language_of_unusual_text_is_code_or_empty(text: str) -> None:
    code = detect_language(text)
    assert code == "" or (len(code) == 2 and code.isascii() and code.islower())


async def test_languages_of_comment_and_prompt_are_stored_without_prompt(ingest: IngestService) -> None:
    for code, sentence in SENTENCES.items():
        answer = await ingest.call("SubmitExplicitFeedback", thumb(code, comment=sentence))
        assert answer.comment_language == code
        recorded = await ingest.call("RecordManifest", manifest(code, input_prompt_sample=sentence))
        assert recorded.input_language == code
    query = "SELECT output_id, comment_language FROM ingest.explicit_feedback"
    assert {tuple(row) for row in await ingest.rows(query)} == {(code, code) for code in SENTENCES}
    rows = await ingest.rows("SELECT to_jsonb(m)::text FROM ingest.execution_manifests m")
    assert len(rows) == len(SENTENCES)
    assert [row[0] for row in rows if any(sentence in row[0] for sentence in SENTENCES.values())] == []


async def test_language_stated_in_manifest_is_kept(ingest: IngestService) -> None:
    stated = manifest("o", input_language="it", input_prompt_sample=SENTENCES["de"])
    assert (await ingest.call("RecordManifest", stated)).input_language == "it"
    assert (await ingest.call("RecordManifest", manifest("p"))).input_language == ""
    rows = await ingest.rows("SELECT input_language FROM ingest.execution_manifests ORDER BY output_id")
    assert [row[0] for row in rows] == ["it", None]


async def test_language_of_vote_without_comment_is_null(ingest: IngestService) -> None:
    assert (await ingest.call("SubmitExplicitFeedback", thumb("o"))).comment_language == ""
    rows = await ingest.rows("SELECT comment_language FROM ingest.explicit_feedback")
    assert [row[0] for row in rows] == [None]
