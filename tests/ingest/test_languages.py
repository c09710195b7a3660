"""Languages are recognised where they can be, and left open where they cannot."""

from __future__ import annotations

import pytest

from ingest.writes.languages import FastLanguages
from tests.ingest.serving import Serving, manifest, thumb

SENTENCES = {
    "en": "Thank you very much, this answer helped me to finish my report in time.",
    "de": "Vielen Dank, diese Antwort hat mir geholfen, meinen Bericht rechtzeitig fertigzustellen.",
    "fr": "Merci beaucoup, cette réponse m'a aidé à terminer mon rapport à temps.",
    "es": "Muchas gracias, esta respuesta me ayudó a terminar mi informe a tiempo.",
    "ja": "ありがとうございます。この回答のおかげで報告書を時間通りに仕上げることができました。",
    "ru": "Большое спасибо, этот ответ помог мне вовремя закончить отчёт.",
}


@pytest.fixture(scope="module")
def languages() -> FastLanguages:
    """Gives the detector, its model loaded."""
    return FastLanguages()


@pytest.mark.parametrize("code", SENTENCES)
def test_sentences(languages: FastLanguages, code: str) -> None:
    assert languages.detect(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", " ", "\n\t", "12345 67", "👍👍🎉", "!!! ???", "\x01\x7f"])
def test_what_has_no_letters_has_no_language(languages: FastLanguages, text: str) -> None:
    assert languages.detect(text) == ""


def test_lines_and_length_do_not_matter(languages: FastLanguages) -> None:
    lines = SENTENCES["de"].replace(" ", "\n")
    assert languages.detect(lines) == "de"
    assert languages.detect((SENTENCES["fr"] + "\n") * 500) == "fr"


@pytest.mark.parametrize("text", ["a", "x" * 4000, "\u202e\u200b\ufeffé", "🦖 a" * 1000, "' OR 1=1 --", "Ω≈ç√∫˜µ"])
def test_odd_texts_give_a_code_or_nothing(languages: FastLanguages, text: str) -> None:
    code = languages.detect(text)
    assert code == "" or (len(code) == 2 and code.isascii() and code.islower())


async def test_comments_and_prompts_are_recognised_and_the_prompt_is_not_kept(ingest: Serving) -> None:
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


async def test_a_stated_language_stands(ingest: Serving) -> None:
    stated = manifest("o", input_language="it", input_prompt_sample=SENTENCES["de"])
    assert (await ingest.call("RecordManifest", stated)).input_language == "it"
    assert (await ingest.call("RecordManifest", manifest("p"))).input_language == ""
    rows = await ingest.rows("SELECT input_language FROM ingest.execution_manifests ORDER BY output_id")
    assert [row[0] for row in rows] == ["it", None]


async def test_no_comment_has_no_language(ingest: Serving) -> None:
    assert (await ingest.call("SubmitExplicitFeedback", thumb("o"))).comment_language == ""
    rows = await ingest.rows("SELECT comment_language FROM ingest.explicit_feedback")
    assert [row[0] for row in rows] == [None]
