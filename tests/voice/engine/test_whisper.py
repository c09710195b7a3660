"""Speech recognition of batches: with the real model and real speech, and with a scripted model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import jiwer
import numpy as np
import pytest

from kit.audio import AudioFormat
from kit.errors import Invalid
from tests.voice.fixtures.sounds import encoded, noise, silence
from voice.engine.audio import RATE, Clip, Samples, decode
from voice.engine.model import Array, SpeechModel, device_of
from voice.engine.quality import Hypothesis
from voice.engine.recognition import ENGLISH, RecognitionOptions
from voice.engine.settings import EngineSettings
from voice.engine.whisper import Engine

pytestmark = pytest.mark.slow

JFK = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."


def clip(samples: Samples) -> Clip:
    """Returns a clip of samples."""
    return Clip(samples, len(samples) / RATE, AudioFormat.WAV)


def words(text: str) -> list[str]:
    """Returns the words in lower case without punctuation."""
    kept = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    return kept.split()


def test_recognise_batch_of_several_languages_returns_their_texts(
    engine: Engine, jfk: Clip, english: Clip, french: Clip
) -> None:
    quiet = clip(noise(3))
    prepared = [engine.prepare(each, RecognitionOptions()) for each in (jfk, french, quiet, english)]
    first, second, third, fourth = engine.recognise(prepared)
    assert words(first.text) == words(JFK)
    assert (first.language, first.english, first.doubt) == ("en", first.text, "")
    assert first.confidence > 0.7
    assert second.language == "fr"
    assert second.language_probability > 0.9
    assert {"dictée", "numéro"} <= set(words(second.text))
    assert "dictation" in words(second.english)
    assert not third.has_speech
    assert (third.text, third.language, third.duration_s) == ("", "", 3.0)
    assert words(fourth.text) in (["1", "2", "3"], ["one", "two", "three"])
    assert fourth.language == "en"


def test_recognise_without_translation_and_with_given_language_uses_both_options(engine: Engine, french: Clip) -> None:
    (result,) = engine.recognise([engine.prepare(french, RecognitionOptions(translate=False, language="fr"))])
    assert (result.english, result.language, result.language_probability) == ("", "fr", 1.0)
    with pytest.raises(Invalid):
        engine.prepare(french, RecognitionOptions(language="xx"))


def test_recognise_each_format_returns_same_words(engine: Engine, jfk: Clip) -> None:
    start = jfk.samples[: 3 * RATE]
    clips = [decode(encoded(start, name)) for name in ("webm", "mp3", "wav", "ogg", "m4a", "flac")]
    for result in engine.recognise([engine.prepare(each, RecognitionOptions()) for each in clips]):
        assert words(result.text)[:3] == ["and", "so", "my"]


def test_recognise_clip_of_two_windows_returns_whole_text(engine: Engine, jfk: Clip) -> None:
    long = clip(np.concatenate([jfk.samples, silence(1), jfk.samples, silence(1), jfk.samples]))
    prepared = engine.prepare(long, RecognitionOptions())
    assert len(prepared.windows) == 2
    (result,) = engine.recognise([prepared])
    assert jiwer.wer(" ".join(words(JFK) * 3), " ".join(words(result.text))) < 0.05
    assert result.duration_s == long.duration_s


def test_generate_with_prompts_of_different_lengths_raises(settings: EngineSettings) -> None:
    model = SpeechModel.__new__(SpeechModel)
    with pytest.raises(ValueError, match="one length"):
        model.generate(np.zeros((2, 4, 4)), [[1, 2], [1]], 1.0)
    assert device_of(settings) == "cpu"


class ScriptedModel(SpeechModel):
    """Returns given hypotheses. The first sample of a window selects its language."""

    def __init__(self, hypotheses: Sequence[Hypothesis]) -> None:
        """Takes the hypotheses in their order."""
        self.name, self.workers, self.is_multilingual = "script", 1, True
        self.hypotheses, self.calls = list(hypotheses), list[tuple[int, float]]()
        self.prompts, self.loop_prevention = list[list[int]](), list[bool]()

    def features(self, samples: Samples, frames: int) -> Array:
        """Returns the first sample."""
        return samples[:1, np.newaxis]

    def encode(self, features: Array) -> Array:
        """Returns the features."""
        return features

    def languages(self, encoded: Array) -> list[dict[str, float]]:
        """Returns German as likely for windows with large samples."""
        return [{"de": 0.9, "en": 0.1} if row[0, 0] > 0.5 else {"de": 0.3, "en": 0.7} for row in encoded]

    def supports(self, language: str) -> bool:
        """Returns True."""
        return True

    def prompt(self, language: str, *, translate: bool) -> list[int]:
        """Returns language and task as two numbers."""
        return [int(language == ENGLISH), int(translate)]

    def generate(
        self,
        encoded: Array,
        prompts: Sequence[Sequence[int]],
        duration_s: float,
        temperature: float = 0.0,
        *,
        prevents_loops: bool = False,
    ) -> list[Hypothesis]:
        """Returns the next hypotheses and records the call."""
        self.calls.append((len(prompts), temperature))
        self.loop_prevention.append(prevents_loops)
        self.prompts += [list(prompt) for prompt in prompts]
        return [self.hypotheses.pop(0) for _ in prompts]


GOOD, POOR, LOOP = Hypothesis("Good.", -0.1, 0), Hypothesis("Gud.", -1.5, 0), Hypothesis("la " * 90, -0.01, 0)


@pytest.fixture
def windows_of_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces voice activity detection: all audio is speech, cut every ten seconds."""
    from voice.engine import whisper
    from voice.engine.vad import Span

    def tens(samples: Samples, spans: object) -> list[Span]:
        return [Span(at, min(at + 10 * RATE, len(samples))) for at in range(0, len(samples), 10 * RATE)]

    monkeypatch.setattr(whisper, "windows", tens)


@pytest.mark.usefixtures("windows_of_ten_seconds")
def test_recognise_decodes_poor_rows_again_and_keeps_best_hypothesis() -> None:
    model = ScriptedModel([GOOD, LOOP, POOR, Hypothesis("Better.", -1.2, 0), Hypothesis("Worse.", -2.0, 0), POOR, GOOD])
    engine = Engine(EngineSettings(cache=Path(), retry_temperatures=(0.2, 0.6)), model)
    options = RecognitionOptions(language=ENGLISH)
    results = engine.recognise([engine.prepare(clip(silence(2)), options) for _ in range(3)])
    assert model.calls == [(3, 0.0), (2, 0.2), (2, 0.6)]
    assert [each.text for each in results] == ["Good.", "Better.", "Good."]
    assert [bool(each.doubt) for each in results] == [False, True, False]


@pytest.mark.usefixtures("windows_of_ten_seconds")
def test_recognise_after_retry_time_decodes_no_row_again() -> None:
    model = ScriptedModel([POOR])
    engine = Engine(EngineSettings(cache=Path(), retry_time_max=timedelta()), model)
    (result,) = engine.recognise([engine.prepare(clip(silence(2)), RecognitionOptions())])
    assert model.calls == [(1, 0.0)]
    assert result.doubt


@pytest.mark.usefixtures("windows_of_ten_seconds")
def test_recognise_weights_language_of_windows_by_length() -> None:
    model = ScriptedModel([GOOD] * 6)
    engine = Engine(EngineSettings(cache=Path()), model)
    samples = np.concatenate([np.zeros(10 * RATE), np.ones(10 * RATE), np.zeros(RATE)]).astype(np.float32)
    (result,) = engine.recognise([engine.prepare(clip(samples), RecognitionOptions())])
    assert result.language == "de"
    assert abs(result.language_probability - (10 * 0.3 + 10 * 0.9 + 0.3) / 21) < 1e-6
    assert result.text == result.english == "Good. Good. Good."
    assert model.calls == [(6, 0.0)]
    assert model.prompts == [[0, 0], [0, 1]] * 3


@pytest.mark.usefixtures("windows_of_ten_seconds")
def test_recognise_clip_that_changes_language_keeps_both_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ScriptedModel([Hypothesis(text, -0.1, 0) for text in ("One.", "Two.", "Drei.", "Three.")])
    likely = {0.0: {"en": 0.95, "de": 0.05}, 1.0: {"de": 0.9, "en": 0.1}}
    monkeypatch.setattr(model, "languages", lambda encoded: [likely[float(row[0, 0])] for row in encoded])
    engine = Engine(EngineSettings(cache=Path()), model)
    samples = np.concatenate([np.zeros(20 * RATE), np.ones(5 * RATE)]).astype(np.float32)
    (result,) = engine.recognise([engine.prepare(clip(samples), RecognitionOptions())])
    assert [(each.language, each.text, each.english) for each in result.segments] == [
        ("en", "One. Two.", "One. Two."),
        ("de", "Drei.", "Three."),
    ]
    assert [(each.start_s, each.end_s) for each in result.segments] == [(0, 20), (20, 25)]
    assert (result.language, result.text, result.english) == ("en", "One. Two. Drei.", "One. Two. Three.")
    assert abs(result.language_probability - (0.95 * 20 + 0.9 * 5) / 25) < 1e-9
    assert model.prompts == [[1, 0], [1, 0], [0, 0], [0, 1]]


@pytest.mark.usefixtures("windows_of_ten_seconds")
def test_recognise_with_loop_in_all_decodings_returns_one_occurrence_with_doubt() -> None:
    loop = Hypothesis("It began to understand, to understand, to understand, to understand.", -0.05, 0)
    model = ScriptedModel([loop] * 4)
    engine = Engine(EngineSettings(cache=Path()), model)
    (result,) = engine.recognise([engine.prepare(clip(silence(2)), RecognitionOptions(language=ENGLISH))])
    assert [temperature for _, temperature in model.calls] == [0.0, 0.2, 0.6, 1.0]
    assert model.loop_prevention == [False, True, True, True]
    assert result.text == result.english == "It began to understand."
    assert result.confidence <= 0.5
    assert "repeats itself" in result.doubt


def test_recognise_speech_that_turns_to_another_language_returns_both_parts(
    engine: Engine, jfk: Clip, french: Clip
) -> None:
    pause = silence(1)
    english = np.concatenate([jfk.samples, pause, jfk.samples, pause])
    other = np.concatenate([french.samples, pause] * (1 + 24 * RATE // len(french.samples)))
    prepared = engine.prepare(clip(np.concatenate([english, other])), RecognitionOptions())
    (result,) = engine.recognise([prepared])
    assert [each.language for each in result.segments] == ["en", "fr"]
    assert "ask what you can do for your country" in result.segments[0].text.lower()
    assert "dictée" in result.segments[1].text.lower()
    assert "dictation" in result.segments[1].english.lower()


@pytest.mark.usefixtures("windows_of_ten_seconds")
def test_recognise_with_no_speech_hypothesis_returns_result_without_speech() -> None:
    engine = Engine(EngineSettings(cache=Path()), ScriptedModel([Hypothesis("you", -1.3, 0.9)] * 2))
    (result,) = engine.recognise([engine.prepare(clip(silence(2)), RecognitionOptions())])
    assert not result.has_speech
    assert result.text == result.language == ""
