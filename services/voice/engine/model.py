"""The speech model: CTranslate2's Whisper, called for many rows at once. The only file that loads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kit.errors import Precondition
from voice.engine.audio import Samples
from voice.engine.quality import Attempt
from voice.engine.settings import EngineSettings
from voice.engine.transcript import ENGLISH
from voice.engine.weights import weights

Array = NDArray[np.floating]

TOKENS_MAX = 448
TOKENS_FREE, TOKENS_PER_SECOND = 32, 30
"""More tokens than these are no speech but a loop, in any script."""


def device_of(settings: EngineSettings) -> str:
    """Returns cpu or cuda; raises Precondition when a GPU is asked for that is not there."""
    count = ctranslate2.get_cuda_device_count() if settings.device != "cpu" else 0
    if settings.device == "cpu" or (settings.device == "auto" and not count):
        return "cpu"
    if count <= max(settings.device_indices):
        raise Precondition(f"GPU {max(settings.device_indices)} is asked for, {count} are there.")
    return "cuda"


class SpeechModel:
    """Weights in memory. Every method blocks; calls from several threads run side by side up to `workers`."""

    def __init__(self, settings: EngineSettings) -> None:
        """Loads the weights, some seconds the first time; raises WeightsMissing when they are nowhere."""
        folder = weights(settings)
        self.device = device_of(settings)
        gpu = self.device == "cuda"
        compute = settings.compute_type if settings.compute_type != "auto" else ("float16" if gpu else "int8")
        self._model = ctranslate2.models.Whisper(
            str(folder),
            device=self.device,
            device_index=list(settings.device_indices) if gpu else 0,
            compute_type=compute,
            intra_threads=settings.cpu_threads,
            inter_threads=1 if gpu else settings.cpu_workers,
        )
        self.workers: int = len(settings.device_indices) if gpu else settings.cpu_workers
        self.name = f"{Path(settings.model).name or 'whisper-base'} {self._model.compute_type}"
        self.multilingual: bool = self._model.is_multilingual
        self._encode_rows = settings.encode_rows_max or (0 if gpu else 1)
        self._beam, self._samples = settings.beam_size, settings.retry_samples
        self._extractor = FeatureExtractor(feature_size=self._model.n_mels)
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._end = self._token("endoftext")

    def features(self, samples: Samples, frames: int) -> Array:
        """Returns the mel features of a window, cut or padded to a number of frames."""
        found: Array = self._extractor(samples)[:, :-1][:, :frames]  # the last one is of padding
        return np.pad(found, ((0, 0), (0, frames - found.shape[1])))

    def encode(self, features: Array) -> Array:
        """Encodes rows of features, each once, in calls of as many rows as the device is best at."""
        step = self._encode_rows or len(features)
        parts = [
            np.array(self._model.encode(_stored(features[at : at + step]), to_cpu=True))
            for at in range(0, len(features), step)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def languages(self, encoded: Array) -> list[dict[str, float]]:
        """Returns the probability of each language for each row."""
        if not self.multilingual:
            return [{ENGLISH: 1.0}] * len(encoded)
        found = self._model.detect_language(_stored(encoded))
        return [{token.strip("<|>"): float(chance) for token, chance in row} for row in found]

    def knows(self, language: str) -> bool:
        """Tells whether a language can be asked for."""
        return language == ENGLISH or (self.multilingual and self._tokens.token_to_id(f"<|{language}|>") is not None)

    def prompt(self, language: str, *, translate: bool) -> list[int]:
        """Returns the tokens that ask for a transcript, or a translation into English, without time stamps."""
        names = ["startoftranscript"]
        if self.multilingual:
            names += [language, "translate" if translate else "transcribe"]
        return [self._token(name) for name in (*names, "notimestamps")]

    def generate(
        self, encoded: Array, prompts: Sequence[Sequence[int]], seconds: float, temperature: float = 0.0
    ) -> list[Attempt]:
        """Decodes each row after its prompt; `seconds` of the longest row bound the tokens.

        Raises ValueError unless all prompts are of one length, which the model demands of a batch.
        """
        if len({len(prompt) for prompt in prompts}) > 1:
            raise ValueError("prompts of one batch must be of one length")
        new = TOKENS_FREE + int(TOKENS_PER_SECOND * seconds)
        how = (
            {"beam_size": 1, "num_hypotheses": self._samples, "sampling_topk": 0, "sampling_temperature": temperature}
            if temperature
            else {"beam_size": self._beam}
        )
        found = self._model.generate(
            _stored(encoded),
            [list(prompt) for prompt in prompts],
            max_length=min(TOKENS_MAX, 2 * new),  # the model takes half of it for new tokens
            return_scores=True,
            return_no_speech_prob=True,
            **how,
        )
        return [self._attempt(each) for each in found]

    def _attempt(self, result: ctranslate2.models.WhisperGenerationResult) -> Attempt:
        tokens = result.sequences_ids[0]
        score = result.scores[0] * len(tokens) / (len(tokens) + 1)  # the end counts as a token
        text = self._tokens.decode([token for token in tokens if token < self._end])
        return Attempt(text.strip(), score, result.no_speech_prob)

    def _token(self, name: str) -> int:
        found: int | None = self._tokens.token_to_id(f"<|{name}|>")
        if found is None:
            raise ValueError(f"the model has no token {name}")
        return found


def _stored(array: Array) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array))
