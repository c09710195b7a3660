"""Settings of the engine; the service reads the environment and builds them."""

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
    """How speech is recognised, and how much of it at once."""

    cache: Path
    """Folder for joined or downloaded weights; made when missing."""
    model: str = ""
    """Folder of a converted model, or a name that faster-whisper knows; empty: multilingual base, from packages."""
    download: bool = False
    """Whether a model known by name may be fetched from its hub when the cache does not hold it."""
    device: Device = "auto"
    """auto takes every GPU named by device_indices when there is any."""
    device_indices: tuple[int, ...] = (0,)
    """GPUs to use; each holds the model and works on a batch of its own."""
    compute_type: str = "auto"
    """Any type of CTranslate2; auto: float16 on a GPU, int8 on a processor."""
    cpu_threads: int = 2
    """Threads of one batch on a processor."""
    cpu_workers: int = 1
    """Batches at a time on a processor; two of one thread each give some 10 % more than one of two, and later."""
    encode_rows_max: int = 0
    """Windows encoded by one call; 0: one on a processor, whose caches batches overflow, the whole batch on a GPU."""
    beam_size: int = 1
    """Hypotheses kept while decoding."""
    padding: Padding = "full"
    """full: every window is heard as 30 s. tight: as the longest of its batch and a second, which is several times
    faster and costs accuracy, most of all beside English."""
    retry_temperatures: tuple[float, ...] = (0.2, 0.6, 1.0)
    """Temperatures at which doubtful rows are tried again."""
    retry_time_max: timedelta = timedelta(seconds=5)
    """Wall time of a batch after which nothing is tried again."""
    retry_samples: int = 3
    """Hypotheses drawn at each temperature."""
    batch_rows_max: int = 8
    """Windows of a batch; each may hold 100 MB or so on a GPU."""
    batch_wait: timedelta = timedelta(milliseconds=30)
    """How long a batch waits for company."""
    batch_fill_min: float = 0.75
    """Least share of a batch's frames that is sound and not padding to the longest clip."""
    queue_clips_max: int = 64
    """Clips that wait or are worked on; more are refused."""
    queue_duration_max: timedelta = timedelta(minutes=30)
    """Audio that waits or is worked on; a clip that would pass it is refused unless it is the only one."""
    doubt_below: float = 0.3
    """Confidence below which a transcript is called doubtful."""
    limits: AudioLimits = field(default_factory=AudioLimits)
    """What is too much to decode."""
