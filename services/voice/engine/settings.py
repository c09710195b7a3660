"""Settings of the engine. The service builds them from its own settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from voice.engine.audio import AudioLimits

Device = Literal["auto", "cpu", "cuda"]
Padding = Literal["full", "tight"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Model, device, decoding, batches and queue of speech recognition."""

    cache: Path
    """Folder of joined or downloaded weights; created when it does not exist."""
    model: str = ""
    """Folder of a converted model, or a model name of faster-whisper; empty uses the multilingual base model."""
    download: bool = False
    """Whether a model given by name is downloaded when the cache does not contain it."""
    device: Device = "auto"
    """auto uses the GPUs of device_indices if CUDA finds any, or else the CPU."""
    device_indices: tuple[int, ...] = (0,)
    """GPUs to use. Each one has a copy of the model and runs its own batches."""
    compute_type: str = "auto"
    """A compute type of CTranslate2; auto is float16 on a GPU and int8 on a CPU."""
    cpu_threads: int = 2
    """Threads of one batch on a CPU."""
    cpu_workers: int = 1
    """Batches at the same time on a CPU. Two with one thread each have 10 % more throughput and a higher latency."""
    encode_rows_max: int = 0
    """Windows per call of the encoder; 0 is one on a CPU, because of its cache size, and the whole batch on a GPU."""
    beam_size: int = 1
    """Hypotheses that are kept while decoding."""
    padding: Padding = "full"
    """full pads every window to 30 s. tight pads to the longest window of the batch plus 1 s, which is several times
    faster and less accurate, mostly for languages other than English."""
    retry_temperatures: tuple[float, ...] = (0.2, 0.6, 1.0)
    """Temperatures of further decodings of windows with a poor hypothesis."""
    retry_time_max: timedelta = timedelta(seconds=5)
    """Wall time of a batch after which no window is decoded again."""
    retry_samples: int = 3
    """Hypotheses drawn at each temperature."""
    batch_rows_max: int = 8
    """Windows per batch. On a GPU each one needs about 100 MB."""
    batch_wait: timedelta = timedelta(milliseconds=30)
    """Longest time that a batch waits for more clips."""
    batch_fill_min: float = 0.75
    """Smallest share of a batch's frames that is audio, as opposed to padding to the longest clip."""
    queue_clips_max: int = 64
    """Clips that wait or are processed; further clips are refused."""
    queue_duration_max: timedelta = timedelta(minutes=30)
    """Audio that waits or is processed; a clip that exceeds it is refused unless the queue is empty."""
    doubt_below: float = 0.3
    """Confidence below which a transcript is marked as doubtful."""
    limits: AudioLimits = field(default_factory=AudioLimits)
    """Limits of decoding."""
