"""Real speech through the real model, many clips in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import jiwer
import numpy as np
import pytest

from kit.audio import AudioFormat
from kit.errors import Invalid
from tests.voice.engine.sounds import encoded, noise, silence
from voice.engine.audio import RATE, Clip, Samples, decode
from voice.engine.model import Array, SpeechModel, device_of
from voice.engine.quality import Attempt
from voice.engine.settings import EngineSettings
from voice.engine.transcript import ENGLISH, Ask
from voice.engine.whisper import Engine

JFK = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."


def clip(samples: Samples) -> Clip:
    """Makes a clip of samples."""
    return Clip(samples, len(samples) / RATE, AudioFormat.WAV)


def words(text: str) -> list[str]:
    """Returns words without punctuation and case."""
    kept = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    return kept.split()


def test_one_batch_hears_clips_of_several_languages(engine: Engine, jfk: Clip, english: Clip, french: Clip) -> None:
    quiet = clip(noise(3))
    jobs = [engine.prepare(each, Ask()) for each in (jfk, french, quiet, english)]
    first, second, third, fourth = engine.hear(jobs)
    assert words(first.text) == words(JFK)
    assert (first.language, first.english, first.doubtful) == ("en", first.text, "")
    assert first.confidence > 0.7
    assert second.language == "fr"
    assert second.language_probability > 0.9
    assert {"dictée", "numéro"} <= set(words(second.text))
    assert "dictation" in words(second.english)
    assert third.no_speech
    assert (third.text, third.language, third.seconds) == ("", "", 3.0)
    assert words(fourth.text) in (["1", "2", "3"], ["one", "two", "three"])
    assert fourth.language == "en"


def test_a_translation_is_made_only_when_it_is_asked_for(engine: Engine, french: Clip) -> None:
    (heard,) = engine.hear([engine.prepare(french, Ask(translate=False, language="fr"))])
    assert (heard.english, heard.language, heard.language_probability) == ("", "fr", 1.0)
    with pytest.raises(Invalid):
        engine.prepare(french, Ask(language="xx"))


def test_each_format_carries_the_words(engine: Engine, jfk: Clip) -> None:
    start = jfk.samples[: 3 * RATE]
    clips = [decode(encoded(start, name)) for name in ("webm", "mp3", "wav", "ogg", "m4a", "flac")]
    for heard in engine.hear([engine.prepare(each, Ask()) for each in clips]):
        assert words(heard.text)[:3] == ["and", "so", "my"]


def test_a_long_clip_is_heard_to_its_end(engine: Engine, jfk: Clip) -> None:
    long = clip(np.concatenate([jfk.samples, silence(1), jfk.samples, silence(1), jfk.samples]))
    job = engine.prepare(long, Ask())
    assert len(job.windows) == 2
    (heard,) = engine.hear([job])
    assert jiwer.wer(" ".join(words(JFK) * 3), " ".join(words(heard.text))) < 0.05
    assert heard.seconds == long.seconds


def test_prompts_of_different_lengths_are_refused_before_the_model_sees_them(settings: EngineSettings) -> None:
    model = SpeechModel.__new__(SpeechModel)
    with pytest.raises(ValueError, match="one length"):
        model.generate(np.zeros((2, 4, 4)), [[1, 2], [1]], 1.0)
    assert device_of(settings) == "cpu"


class Parrot(SpeechModel):
    """A model that says what it is told to, in the language that each window's samples name."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        """Takes what is said, attempt after attempt."""
        self.name, self.workers, self.multilingual = "parrot", 1, True
        self.attempts, self.calls = list(attempts), list[tuple[int, float]]()
        self.asked = list[list[int]]()

    def features(self, samples: Samples, frames: int) -> Array:
        """Keeps the first sample."""
        return samples[:1, np.newaxis]

    def encode(self, features: Array) -> Array:
        """Passes on."""
        return features

    def languages(self, encoded: Array) -> list[dict[str, float]]:
        """Says German for what is loud."""
        return [{"de": 0.9, "en": 0.1} if row[0, 0] > 0.5 else {"de": 0.3, "en": 0.7} for row in encoded]

    def knows(self, language: str) -> bool:
        """Knows all."""
        return True

    def prompt(self, language: str, *, translate: bool) -> list[int]:
        """Encodes the request in two numbers."""
        return [int(language == ENGLISH), int(translate)]

    def generate(
        self, encoded: Array, prompts: Sequence[Sequence[int]], seconds: float, temperature: float = 0.0
    ) -> list[Attempt]:
        """Says the next."""
        self.calls.append((len(prompts), temperature))
        self.asked += [list(prompt) for prompt in prompts]
        return [self.attempts.pop(0) for _ in prompts]


GOOD, POOR, LOOP = Attempt("Good.", -0.1, 0), Attempt("Gud.", -1.5, 0), Attempt("la " * 90, -0.01, 0)


@pytest.fixture
def always_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets everything through the gate, cut every ten seconds."""
    from voice.engine import whisper
    from voice.engine.vad import Span

    def tens(samples: Samples, spans: object) -> list[Span]:
        return [Span(at, min(at + 10 * RATE, len(samples))) for at in range(0, len(samples), 10 * RATE)]

    monkeypatch.setattr(whisper, "windows", tens)


@pytest.mark.usefixtures("always_speech")
def test_only_poor_rows_are_tried_again_and_the_best_attempt_stays() -> None:
    parrot = Parrot([GOOD, LOOP, POOR, Attempt("Better.", -1.2, 0), Attempt("Worse.", -2.0, 0), POOR, GOOD])
    engine = Engine(EngineSettings(cache=Path(), retry_temperatures=(0.2, 0.6)), parrot)
    told = Ask(language=ENGLISH)
    heard = engine.hear([engine.prepare(clip(silence(2)), told) for _ in range(3)])
    assert parrot.calls == [(3, 0.0), (2, 0.2), (2, 0.6)]
    assert [each.text for each in heard] == ["Good.", "Better.", "Good."]
    assert [bool(each.doubtful) for each in heard] == [False, True, False]


@pytest.mark.usefixtures("always_speech")
def test_nothing_is_tried_again_when_the_time_is_over() -> None:
    parrot = Parrot([POOR])
    engine = Engine(EngineSettings(cache=Path(), retry_time_max=timedelta()), parrot)
    (heard,) = engine.hear([engine.prepare(clip(silence(2)), Ask())])
    assert parrot.calls == [(1, 0.0)]
    assert heard.doubtful


@pytest.mark.usefixtures("always_speech")
def test_windows_vote_on_the_language_as_much_as_they_are_long() -> None:
    parrot = Parrot([GOOD] * 6)
    engine = Engine(EngineSettings(cache=Path()), parrot)
    sound = np.concatenate([np.zeros(10 * RATE), np.ones(10 * RATE), np.zeros(RATE)]).astype(np.float32)
    (heard,) = engine.hear([engine.prepare(clip(sound), Ask())])
    assert heard.language == "de"
    assert abs(heard.language_probability - (10 * 0.3 + 10 * 0.9 + 0.3) / 21) < 1e-6
    assert heard.text == heard.english == "Good. Good. Good."
    assert parrot.calls == [(6, 0.0)]
    assert parrot.asked == [[0, 0], [0, 1]] * 3


@pytest.mark.usefixtures("always_speech")
def test_what_the_model_hears_as_silence_is_no_speech() -> None:
    engine = Engine(EngineSettings(cache=Path()), Parrot([Attempt("you", -1.3, 0.9)] * 2))
    (heard,) = engine.hear([engine.prepare(clip(silence(2)), Ask())])
    assert heard.no_speech
    assert heard.text == heard.language == ""
