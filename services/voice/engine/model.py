"""Whisper on CTranslate2, for batches of windows. No other module loads the model."""

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
from voice.engine.quality import Hypothesis
from voice.engine.recognition import ENGLISH
from voice.engine.settings import EngineSettings
from voice.engine.weights import weights

Array = NDArray[np.floating]

TOKENS_MAX = 448
TOKENS_BASE, TOKENS_PER_SECOND = 32, 30
"""A window with more than 32 + 30 tokens/s is a repetition loop of the model, in any script."""


NO_REPEAT_TOKENS = 6
"""Length of the sequences of tokens that do not occur twice when loops are prevented."""


def device_of(settings: EngineSettings) -> str:
    """Returns cpu or cuda. Raises Precondition when a requested GPU does not exist."""
    count = ctranslate2.get_cuda_device_count() if settings.device != "cpu" else 0
    if settings.device == "cpu" or (settings.device == "auto" and not count):
        return "cpu"
    if count <= max(settings.device_indices):
        requested = len(settings.device_indices)
        raise Precondition(f"RADIANT_VOICE_DEVICES requests {requested} GPUs, but CUDA finds {count}.")
    return "cuda"


class SpeechModel:
    """The model in memory. All methods block; up to `workers` threads can run them in parallel."""

    def __init__(self, settings: EngineSettings) -> None:
        """Loads the weights, which takes several seconds the first time. Raises WeightsMissing and Precondition."""
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
        self.is_multilingual: bool = self._model.is_multilingual
        self._encode_rows = settings.encode_rows_max or (0 if gpu else 1)
        self._beam, self._samples = settings.beam_size, settings.retry_samples
        self._extractor = FeatureExtractor(feature_size=self._model.n_mels)
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._end = self._token("endoftext")

    def features(self, samples: Samples, frames: int) -> Array:
        """Returns the mel features of a window, shape (mels, frames), cut or padded to that number of frames."""
        found: Array = self._extractor(samples)[:, :-1][:, :frames]  # the last frame is padding
        return np.pad(found, ((0, 0), (0, frames - found.shape[1])))

    def encode(self, features: Array) -> Array:
        """Returns the encoder output of rows of features, computed in calls of `encode_rows_max` rows."""
        step = self._encode_rows or len(features)
        parts = [
            np.array(self._model.encode(_stored(features[at : at + step]), to_cpu=True))
            for at in range(0, len(features), step)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def languages(self, encoded: Array) -> list[dict[str, float]]:
        """Returns the probability of each language, for each row."""
        if not self.is_multilingual:
            return [{ENGLISH: 1.0}] * len(encoded)
        found = self._model.detect_language(_stored(encoded))
        return [{token.strip("<|>"): float(chance) for token, chance in row} for row in found]

    def supports(self, language: str) -> bool:
        """Returns whether the model supports a language code."""
        return language == ENGLISH or (self.is_multilingual and self._tokens.token_to_id(f"<|{language}|>") is not None)

    def prompt(self, language: str, *, translate: bool) -> list[int]:
        """Returns the prompt tokens of a transcription, or of a translation into English, without time stamps."""
        names = ["startoftranscript"]
        if self.is_multilingual:
            names += [language, "translate" if translate else "transcribe"]
        return [self._token(name) for name in (*names, "notimestamps")]

    def generate(
        self,
        encoded: Array,
        prompts: Sequence[Sequence[int]],
        duration_s: float,
        temperature: float = 0.0,
        *,
        prevents_loops: bool = False,
    ) -> list[Hypothesis]:
        """Returns the best hypothesis of each row. `duration_s`, that of the longest row, limits the number of tokens.

        `prevents_loops` excludes a second occurrence of any sequence of NO_REPEAT_TOKENS tokens.

        Raises ValueError when the prompts differ in length, which the model does not support.
        """
        if len({len(prompt) for prompt in prompts}) > 1:
            raise ValueError("all prompts of a batch must have one length")
        new = TOKENS_BASE + int(TOKENS_PER_SECOND * duration_s)
        options = (
            {
                "beam_size": 1,
                "num_hypotheses": self._samples,
                "sampling_topk": 0,
                "sampling_temperature": temperature,
                "no_repeat_ngram_size": NO_REPEAT_TOKENS if prevents_loops else 0,
            }
            if temperature
            else {"beam_size": self._beam}
        )
        found = self._model.generate(
            _stored(encoded),
            [list(prompt) for prompt in prompts],
            max_length=min(TOKENS_MAX, 2 * new),  # CTranslate2 uses half of max_length for new tokens
            return_scores=True,
            return_no_speech_prob=True,
            **options,
        )
        return [self._hypothesis(each) for each in found]

    def _hypothesis(self, result: ctranslate2.models.WhisperGenerationResult) -> Hypothesis:
        tokens = result.sequences_ids[0]
        score = result.scores[0] * len(tokens) / (len(tokens) + 1)  # CTranslate2 counts the end token
        text = self._tokens.decode([token for token in tokens if token < self._end])
        return Hypothesis(text.strip(), score, result.no_speech_prob)

    def _token(self, name: str) -> int:
        found: int | None = self._tokens.token_to_id(f"<|{name}|>")
        if found is None:
            raise ValueError(f"the vocabulary of the model has no token {name}")
        return found


def _stored(array: Array) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array))
