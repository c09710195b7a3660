"""Three speech recognizers, timed on the same clips in turns."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import ctranslate2
import jiwer
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

from bench.performance.figures import median
from bench.performance.voice.clips import Spoken
from voice.engine.audio import RATE, Samples
from voice.engine.batcher import Batcher
from voice.engine.recognition import RecognitionOptions
from voice.engine.settings import EngineSettings
from voice.engine.weights import weights
from voice.engine.whisper import Engine

THREADS, GROUP, ROUNDS = 2, 8, 3
SETTINGS = EngineSettings(
    cache=Path(tempfile.gettempdir()) / "radiant-bench-weights", device="cpu", cpu_threads=THREADS, batch_rows_max=GROUP
)
TEMPERATURES = (0.0, *SETTINGS.retry_temperatures)
OPTIONS = RecognitionOptions(translate=False)


@dataclass(slots=True)
class Figures:
    """Cost of one recognizer in a round."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mib: float = 0.0
    """Peak memory above the memory before the round, with all weights loaded."""
    texts: list[str] = field(default_factory=list)


class Contest:
    """Compares the recognizers on the same clips."""

    def __init__(self, spoken: Sequence[Spoken]) -> None:
        """Loads the models and transcribes the clips without a known text as a reference, with beam 5."""
        folder = str(weights(SETTINGS))
        self.model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=THREADS)
        self.pipeline = BatchedInferencePipeline(self.model)
        self.engine = Engine(SETTINGS)
        self.engine.warm_up()
        self.spoken = spoken
        self.unknown = self.one_by_one([each.clip.samples for each in spoken if not each.words], beam_size=5)

    def one_by_one(self, samples: Sequence[Samples], beam_size: int = 1) -> list[str]:
        """Transcribes each clip by WhisperModel.transcribe."""
        found = []
        for each in samples:
            segments, _ = self.model.transcribe(
                each,
                beam_size=beam_size,
                best_of=SETTINGS.retry_samples,
                temperature=TEMPERATURES,
                without_timestamps=True,
            )
            found.append(" ".join(segment.text for segment in segments))
        return found

    def pipelined(self, samples: Sequence[Samples]) -> list[str]:
        """Transcribes the concatenated clips by BatchedInferencePipeline.transcribe, each clip as a segment."""
        ends = np.cumsum([len(each) for each in samples]) / RATE
        parts = [
            {"start": float(end - len(each) / RATE), "end": float(end)} for each, end in zip(samples, ends, strict=True)
        ]
        segments, _ = self.pipeline.transcribe(
            np.concatenate([*samples, np.zeros(RATE, np.float32)]),  # segment ends are rounded up
            clip_timestamps=parts,
            batch_size=GROUP,
            beam_size=1,
            multilingual=True,
            temperature=TEMPERATURES,
            without_timestamps=True,
        )
        found = [""] * len(samples)
        for segment in segments:
            found[int(np.searchsorted(ends, segment.start + 0.05))] += segment.text
        return found

    async def ours(self, group: Sequence[Spoken]) -> list[str]:
        """Transcribes all clips concurrently by our batcher."""
        async with Batcher(self.engine, SETTINGS) as batcher:
            transcripts = await asyncio.gather(*(batcher.recognise(each.clip, OPTIONS) for each in group))
        return [each.text for each in transcripts]

    async def round(self) -> dict[str, Figures]:
        """Times every recognizer on each group in turn."""
        ways = {name: Figures() for name in ("one by one", "pipeline", "ours")}
        for at in range(0, len(self.spoken), GROUP):
            group = self.spoken[at : at + GROUP]
            samples = [each.clip.samples for each in group]
            await measured(ways["one by one"], partial(asyncio.to_thread, self.one_by_one, samples))
            await measured(ways["pipeline"], partial(asyncio.to_thread, self.pipelined, samples))
            await measured(ways["ours"], partial(self.ours, group))
        return ways

    def show(self, rounds: Sequence[dict[str, Figures]]) -> None:
        """Prints the figures of each recognizer as medians over the rounds."""
        seconds = sum(each.seconds for each in self.spoken)
        for name in rounds[0]:
            runs = [each[name] for each in rounds]
            speed = median([seconds / each.wall_s for each in runs])
            per_cpu = median([seconds / each.cpu_s for each in runs])
            known, other = self.errors(runs[0].texts)
            peak = max(each.peak_mib for each in runs)
            print(
                f"  {name:12} {speed:5.2f} audio s/s, {per_cpu:5.2f} per CPU second, word errors {known:.1%}, "
                f"{other:.1%} against beam 5 for clips without text, {peak:.0f} MiB above the weights"
            )

    def errors(self, texts: Sequence[str]) -> tuple[float, float]:
        """Returns the word error rates against the known texts, and against beam 5 for other clips."""
        pairs = [(each.words, text) for each, text in zip(self.spoken, texts, strict=True)]
        known = [(said, text) for said, text in pairs if said]
        others = [text for said, text in pairs if not said]
        return wer(known), wer(list(zip(self.unknown, others, strict=True)))


def wer(pairs: Sequence[tuple[str, str]]) -> float:
    """Returns the word error rate, ignoring case and punctuation."""
    said, transcripts = ([plain(pair[side]) for pair in pairs] for side in (0, 1))
    return float(jiwer.wer(said, transcripts))


def plain(text: str) -> str:
    """Returns the text in lower case without punctuation."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


async def measured(figures: Figures, work: Callable[[], Awaitable[list[str]]]) -> None:
    """Adds the time, CPU time, memory and texts of a call to the figures."""
    forget_peak()
    before, wall, cpu = memory_mib("VmRSS"), time.perf_counter(), time.process_time()
    figures.texts += await work()
    figures.wall_s += time.perf_counter() - wall
    figures.cpu_s += time.process_time() - cpu
    figures.peak_mib = max(figures.peak_mib, memory_mib("VmHWM") - before)


def forget_peak() -> None:
    """Resets VmHWM of this process."""
    Path("/proc/self/clear_refs").write_text("5")


def memory_mib(name: str) -> float:
    """Returns the resident memory (VmRSS) or its peak (VmHWM) in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


async def gpu_figures(spoken: Sequence[Spoken]) -> None:
    """Prints real-time factor and memory for batches of 16 on the first GPU, if there is one."""
    if not ctranslate2.get_cuda_device_count():
        print("  GPU: not measured. This machine has none.")
        return
    settings = replace(SETTINGS, device="cuda", batch_rows_max=16)
    engine = await asyncio.to_thread(Engine, settings)
    await asyncio.to_thread(engine.warm_up)
    many = [spoken[number % len(spoken)] for number in range(64)]
    async with Batcher(engine, settings) as batcher:
        await asyncio.gather(*(batcher.recognise(each.clip, OPTIONS) for each in many))
        begun = time.perf_counter()
        await asyncio.gather(*(batcher.recognise(each.clip, OPTIONS) for each in many))
        took = time.perf_counter() - begun
    seconds = sum(each.seconds for each in many)
    print(f"  {engine.name} on a GPU, batches of 16: real-time factor {took / seconds:.5f}, {gpu_memory()} in use")


def gpu_memory() -> str:
    """Returns the used memory of the first GPU, as reported by its driver."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "unknown memory"
    command = [tool, "--query-gpu=memory.used", "--format=csv,noheader", "--id=0"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
