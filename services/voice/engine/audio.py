"""From the bytes of a file to 16 kHz samples, in bounded memory and time, or a plain reason why not.

The container is forced to the one that the first bytes show, so libav never probes for playlists or other containers
that point elsewhere; the codec must be one of a few; decoding stops as soon as a limit is passed.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from kit.audio import HEAD_BYTES, AudioFormat, sniff
from voice.engine.containers.truncation import check_whole
from voice.engine.rejection import AudioRejected, Rejection, corrupt, truncated

Samples = NDArray[np.float32]

RATE = 16_000
"""Samples per second of every decoded clip."""
DEMUXERS = {
    AudioFormat.WEBM: "matroska",
    AudioFormat.MP3: "mp3",
    AudioFormat.WAV: "wav",
    AudioFormat.OGG: "ogg",
    AudioFormat.M4A: "mov",
    AudioFormat.FLAC: "flac",
    AudioFormat.AIFF: "aiff",
}
CODECS = ("opus", "libopus", "vorbis", "mp3", "mp3float", "aac", "flac", "alac")
"""Beside every pcm_*."""
DECLARED = frozenset({AudioFormat.WEBM, AudioFormat.M4A, AudioFormat.FLAC})
"""Formats whose stated duration is exact, where stated; of others libav guesses it from the bit rate."""
RATE_MIN, RATE_MAX, CHANNELS_MAX, FRAME_SAMPLES_MAX = 8_000, 192_000, 8, 1 << 18
MISSING_SECONDS_MAX, MISSING_SHARE_MAX, MISSING_FLAC_SECONDS_MAX = 0.3, 0.01, 0.01
"""How much less than is stated may come: encoders pad, FLAC counts its samples."""
BAD_MP3_PACKETS_MAX = 3
"""A frame that leans on a bit reservoir which was edited away; other formats have no such frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioLimits:
    """What is too much."""

    bytes_max: int = 25 * 1024 * 1024
    """Size of the file."""
    duration_max: timedelta = timedelta(minutes=10)
    """Length of the recording; decoding stops there."""
    decode_time_max: timedelta = timedelta(seconds=30)
    """Wall time of decoding; a file that takes longer counts as damaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A decoded recording."""

    samples: Samples
    """Mono, 16 kHz, between -1 and 1."""
    seconds: float
    """Length."""
    format: AudioFormat
    """What the file was."""


def decode(data: bytes, limits: AudioLimits | None = None) -> Clip:
    """Decodes a whole file; raises AudioRejected, and nothing else, for whatever cannot be taken.

    Blocks for as long as decoding takes: call it off the event loop.
    """
    limits = limits or AudioLimits()
    if not data:
        raise AudioRejected(Rejection.EMPTY, "The recording is empty.")
    if len(data) > limits.bytes_max:
        megabytes = limits.bytes_max / 2**20
        raise AudioRejected(Rejection.TOO_LARGE, f"The recording is larger than {megabytes:.3g} MB.")
    format_ = sniff(data[:HEAD_BYTES])
    if format_ is None:
        raise AudioRejected(
            Rejection.UNKNOWN_FORMAT, "This is not a recording we can play: send WebM, MP3, WAV, Ogg, M4A or FLAC."
        )
    try:
        samples = _decoded(check_whole(data, format_), format_, limits)
    except AudioRejected:
        raise
    except Exception as problem:  # libav has many ways to say that bytes make no sense; none is the caller's concern
        raise corrupt() from problem
    if not np.isfinite(samples).all():
        raise corrupt()
    return Clip(np.clip(samples, -1, 1), len(samples) / RATE, format_)


def _decoded(data: bytes, format_: AudioFormat, limits: AudioLimits) -> Samples:
    until = time.monotonic() + limits.decode_time_max.total_seconds()
    samples_max = int(limits.duration_max.total_seconds() * RATE)
    parts, total = list[Samples](), 0
    with av.open(io.BytesIO(data), mode="r", format=DEMUXERS[format_], metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise AudioRejected(Rejection.NO_AUDIO, "The file holds no sound.")
        stream = container.streams.audio[0]
        _check_stream(stream)
        frames = _frames(container, stream, format_)
        for part in _resampled(frames, stream):
            parts.append(part)
            total += len(part)
            if total > samples_max:
                minutes = limits.duration_max.total_seconds() / 60
                raise AudioRejected(Rejection.TOO_LONG, f"The recording is longer than {minutes:.3g} minutes.")
            if time.monotonic() > until:
                raise corrupt()
        declared = _declared_seconds(container, stream, format_)
    padding = max(MISSING_SECONDS_MAX, declared * MISSING_SHARE_MAX)
    if declared - total / RATE > (MISSING_FLAC_SECONDS_MAX if format_ is AudioFormat.FLAC else padding):
        raise truncated()
    if not total:
        raise AudioRejected(Rejection.NO_AUDIO, "The file holds no sound.")
    return np.concatenate(parts)


def _check_stream(stream: AudioStream) -> None:
    name, rate, channels = stream.codec_context.name, stream.codec_context.sample_rate, stream.codec_context.channels
    if name not in CODECS and not name.startswith("pcm_"):
        raise AudioRejected(Rejection.UNKNOWN_FORMAT, "The sound in this file is coded in a way we cannot play.")
    if not RATE_MIN <= (rate or 0) <= RATE_MAX or not 1 <= channels <= CHANNELS_MAX:
        raise corrupt()


def _declared_seconds(container: av.container.InputContainer, stream: AudioStream, format_: AudioFormat) -> float:
    """Returns the duration that the file states, 0 when it states none."""
    if format_ not in DECLARED:
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return float(container.duration or 0) / av.time_base


def _frames(container: av.container.InputContainer, stream: AudioStream, format_: AudioFormat) -> Iterator[AudioFrame]:
    stream.codec_context.thread_count = 1
    bad, packets = 0, container.demux(stream)
    for packet in packets:
        if packet.is_corrupt:
            raise truncated()
        try:
            decoded = packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            if format_ is AudioFormat.MP3 and bad <= BAD_MP3_PACKETS_MAX:
                continue
            following = next(packets, None)
            if following is None or not following.size:  # the last one, which is broken when the rest of it is missing
                raise truncated() from None
            raise
        yield from decoded


def _resampled(frames: Iterator[AudioFrame], stream: AudioStream) -> Iterator[Samples]:
    """Mixes down to mono at 16 kHz; raises AudioRejected when the rate or the channels change on the way."""
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    shape = None
    for frame in frames:
        now = (frame.sample_rate, len(frame.layout.channels), frame.format.name)
        shape = shape or now
        if now != shape or frame.samples > FRAME_SAMPLES_MAX:
            raise corrupt()
        frame.pts = None  # gaps between time stamps are not to become silence
        for out in resampler.resample(frame):
            yield out.to_ndarray().reshape(-1).astype(np.float32, copy=False)
    if shape:
        for out in resampler.resample(None):
            yield out.to_ndarray().reshape(-1).astype(np.float32, copy=False)
