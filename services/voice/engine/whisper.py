"""Hears a batch of clips: every window encoded once, languages voted, transcripts and translations decoded together."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kit.errors import Invalid
from voice.engine.audio import RATE, Clip
from voice.engine.model import Array, SpeechModel
from voice.engine.quality import Attempt, confidence, doubt, over_windows
from voice.engine.settings import EngineSettings
from voice.engine.transcript import ENGLISH, FRAMES_PER_SECOND, WINDOW_FRAMES, Ask, Heard, Job, nothing_heard
from voice.engine.vad import Span, speech
from voice.engine.windows import windows

ISO_639_1 = {"jw": "jv", "yue": "zh", "haw": ""}
"""Codes of the model that are no codes of ISO 639-1; Hawaiian has none."""


@dataclass(slots=True)
class _Row:
    """A window of a job, to be decoded after a prompt."""

    job: int
    place: int
    """Of its encoding."""
    seconds: float
    prompt: list[int]
    translates: bool
    best: Attempt | None = None


class Engine:
    """The whole of speech recognition, blocking; `voice.engine.batching` feeds it from an event loop."""

    def __init__(self, settings: EngineSettings, model: SpeechModel | None = None) -> None:
        """Loads the model unless one is given."""
        self._settings = settings
        self._model = model or SpeechModel(settings)
        self.name, self.workers = self._model.name, self._model.workers

    @property
    def device(self) -> str:
        """Returns cpu or cuda."""
        return self._model.device

    def prepare(self, clip: Clip, ask: Ask) -> Job:
        """Runs the gate and cuts windows; no windows mean that nobody speaks. Raises Invalid for a language unknown."""
        if ask.language and not self._model.knows(ask.language):
            raise Invalid.field("language", "is not a language that the model knows")
        return Job(clip, ask, windows(clip.samples, speech(clip.samples)))

    def warm_up(self) -> None:
        """Runs the model once on quiet noise, so that the first caller does not wait for it to compile."""
        noise = np.random.default_rng(0).normal(0, 0.001, RATE).astype(np.float32)
        encoded = self._model.encode(self._model.features(noise, WINDOW_FRAMES)[np.newaxis])
        self._model.languages(encoded)
        self._model.generate(encoded, [self._model.prompt(ENGLISH, translate=False)], 1.0)

    def hear(self, jobs: Sequence[Job]) -> list[Heard]:
        """Answers each job, in order. What raises, raises for all of them."""
        until = time.monotonic() + self._settings.retry_time_max.total_seconds()
        places = [(number, window) for number, job in enumerate(jobs) for window in job.windows]
        if not places:
            return [nothing_heard(job.clip, self.name) for job in jobs]
        encoded = self._model.encode(self._features(jobs, places))
        spoken = self._languages(jobs, places, encoded)
        rows = list(self._rows(jobs, places, spoken))
        self._decode(rows, encoded, until)
        by_job = defaultdict[int, list[_Row]](list)
        for row in rows:
            by_job[row.job].append(row)
        return [self._heard(job, by_job[number], *spoken[number]) for number, job in enumerate(jobs)]

    def _features(self, jobs: Sequence[Job], places: Sequence[tuple[int, Span]]) -> Array:
        frames = WINDOW_FRAMES
        if self._settings.padding == "tight":
            longest = max(max(jobs[number].frames()) for number, _ in places)
            frames = min(WINDOW_FRAMES, longest + FRAMES_PER_SECOND + longest % 2)
        return np.stack(
            [self._model.features(jobs[number].clip.samples[at.start : at.end], frames) for number, at in places]
        )

    def _languages(
        self, jobs: Sequence[Job], places: Sequence[tuple[int, Span]], encoded: Array
    ) -> list[tuple[str, float]]:
        """Returns language and probability of each job: its windows vote, each with its length."""
        told = {number for number, job in enumerate(jobs) if job.ask.language}
        asked = [place for place, (number, _) in enumerate(places) if number not in told]
        votes = [defaultdict[str, float](float) for _ in jobs]
        found = self._model.languages(encoded[asked]) if asked else []
        for place, row in zip(asked, found, strict=True):
            number, window = places[place]
            for language, chance in row.items():
                votes[number][language] += chance * len(window)
        spoken = []
        for job, vote in zip(jobs, votes, strict=True):
            if job.ask.language or not vote:
                spoken.append((job.ask.language, float(bool(job.ask.language))))
            else:
                winner = max(vote, key=lambda language: vote[language])
                spoken.append((winner, vote[winner] / sum(map(len, job.windows))))
        return spoken

    def _rows(
        self, jobs: Sequence[Job], places: Sequence[tuple[int, Span]], spoken: Sequence[tuple[str, float]]
    ) -> Iterator[_Row]:
        for place, (number, window) in enumerate(places):
            language = spoken[number][0]
            seconds = len(window) / RATE
            yield _Row(number, place, seconds, self._model.prompt(language, translate=False), False)
            if jobs[number].ask.translate and language != ENGLISH:
                yield _Row(number, place, seconds, self._model.prompt(language, translate=True), True)

    def _decode(self, rows: Sequence[_Row], encoded: Array, until: float) -> None:
        """Fills in the best attempt of each row; what is not good is tried warmer while time is left."""
        for temperature in (0.0, *self._settings.retry_temperatures):
            again = [row for row in rows if row.best is None or not row.best.good]
            if not again or (temperature and time.monotonic() > until):
                return
            step = 2 * self._settings.batch_rows_max  # a transcript and a translation of each window
            for at in range(0, len(again), step):
                if temperature and time.monotonic() > until:
                    return
                some = again[at : at + step]
                places, prompts = [row.place for row in some], [row.prompt for row in some]
                attempts = self._model.generate(encoded[places], prompts, max(row.seconds for row in some), temperature)
                for row, attempt in zip(some, attempts, strict=True):
                    row.best = max(filter(None, (row.best, attempt)), key=_preference)

    def _heard(self, job: Job, rows: Sequence[_Row], language: str, probability: float) -> Heard:
        said = [(row.best, row.place, row.seconds) for row in rows if row.best and not row.translates]
        translated = [row.best for row in rows if row.best and row.translates and not row.best.silent]
        spoken = [(attempt, seconds) for attempt, _, seconds in said if not attempt.silent and attempt.text]
        if not spoken:
            return nothing_heard(job.clip, self.name)
        text = " ".join(attempt.text for attempt, _ in spoken)
        frames = [round(seconds * FRAMES_PER_SECOND) for _, seconds in spoken]
        quality = over_windows([attempt for attempt, _ in spoken], frames, probability)
        english = text if language == ENGLISH else " ".join(each.text for each in translated)
        return Heard(
            no_speech=False,
            text=text,
            language=ISO_639_1.get(language, language),
            language_probability=probability,
            english=english if job.ask.translate else "",
            confidence=confidence(quality),
            seconds=job.clip.seconds,
            model=self.name,
            doubtful=doubt(quality, translated, self._settings.doubt_below),
        )


def _preference(attempt: Attempt) -> tuple[bool, tuple[bool, float]]:
    return attempt.good, attempt.rank()
