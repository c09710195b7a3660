"""Decodes audio files to mono samples at 16 kHz, in bounded memory and time.

The container is fixed by the first bytes, so that libav does not probe for playlists or other containers that refer to
further files. The codec must be on a list. Decoding stops as soon as a limit is exceeded.
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
from voice.engine.containers.truncation import check_complete
from voice.engine.rejection import AudioRejected, Rejection, corrupt_error, too_large_error, truncated_error

Samples = NDArray[np.float32]

RATE = 16_000
"""Samples per second of decoded clips."""
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
"""Codecs that are decoded, in addition to all pcm_* codecs."""
DECLARED = frozenset({AudioFormat.WEBM, AudioFormat.M4A, AudioFormat.FLAC})
"""Formats whose declared duration is exact. For the others libav estimates it from the bit rate."""
RATE_MIN, RATE_MAX, CHANNELS_MAX, FRAME_SAMPLES_MAX = 8_000, 192_000, 8, 1 << 18
MISSING_SECONDS_MAX, MISSING_SHARE_MAX, MISSING_FLAC_SECONDS_MAX = 0.3, 0.01, 0.01
"""Allowed difference between declared and decoded duration: encoders add padding; FLAC declares exact samples."""
MIX_BLOCK_SAMPLES = RATE // 2
CANCELLED_ENERGY_SHARE = 0.1
"""Energy of the mean, relative to the loudest channel, below which channels cancel. A silent second side gives 0.25."""
CHANNEL_ENERGY_SHARE = 0.5
"""Energy relative to the loudest channel at which the channel of the previous block is kept."""
INVALID_MP3_PACKETS_MAX = 3
"""An MP3 frame may refer to a bit reservoir that an editor has removed. Other formats have no such frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioLimits:
    """Limits of decoding."""

    bytes_max: int = 25 * 1024 * 1024
    """Size of the file, in bytes."""
    duration_max: timedelta = timedelta(minutes=10)
    """Length of the recording. Decoding stops at this limit."""
    decode_time_max: timedelta = timedelta(seconds=30)
    """Wall time of decoding. A file that takes longer is rejected as damaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A decoded recording."""

    samples: Samples
    """Mono, 16 kHz, between -1 and 1."""
    duration_s: float
    format: AudioFormat
    """Container format of the file."""


def decode(data: bytes, limits: AudioLimits | None = None) -> Clip:
    """Returns the samples of a whole file. Raises AudioRejected, and no other error, for a file that is not accepted.

    Blocks while it decodes, so call it outside of the event loop.
    """
    limits = limits or AudioLimits()
    if not data:
        raise AudioRejected(Rejection.EMPTY, "The recording is empty. Record it again.")
    if len(data) > limits.bytes_max:
        raise too_large_error(limits.bytes_max)
    format_ = sniff(data[:HEAD_BYTES])
    if format_ is None:
        message = "The audio format is not supported. Send WebM, MP3, WAV, Ogg, M4A, FLAC or AIFF."
        raise AudioRejected(Rejection.UNKNOWN_FORMAT, message)
    try:
        samples = _decoded(check_complete(data, format_), format_, limits)
    except AudioRejected:
        raise
    except Exception as problem:  # libav raises many types of errors for invalid data
        raise corrupt_error() from problem
    if not np.isfinite(samples).all():
        raise corrupt_error()
    return Clip(np.clip(samples, -1, 1), len(samples) / RATE, format_)


def _decoded(data: bytes, format_: AudioFormat, limits: AudioLimits) -> Samples:
    deadline = time.monotonic() + limits.decode_time_max.total_seconds()
    samples_max = int(limits.duration_max.total_seconds() * RATE)
    parts, total = list[Samples](), 0
    with av.open(io.BytesIO(data), mode="r", format=DEMUXERS[format_], metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise AudioRejected(Rejection.NO_AUDIO, "The recording contains no audio. Record it again.")
        stream = container.streams.audio[0]
        _check_stream(stream)
        frames = _frames(container, stream, format_)
        for part in _resampled(frames, stream):
            parts.append(part)
            total += len(part)
            if total > samples_max:
                minutes = limits.duration_max.total_seconds() / 60
                raise AudioRejected(
                    Rejection.TOO_LONG,
                    f"The recording is longer than the limit of {minutes:.3g} minutes. Send a shorter one.",
                )
            if time.monotonic() > deadline:
                raise corrupt_error()
        declared = _declared_seconds(container, stream, format_)
    padding = max(MISSING_SECONDS_MAX, declared * MISSING_SHARE_MAX)
    if declared - total / RATE > (MISSING_FLAC_SECONDS_MAX if format_ is AudioFormat.FLAC else padding):
        raise truncated_error()
    if not total:
        raise AudioRejected(Rejection.NO_AUDIO, "The recording contains no audio. Record it again.")
    return np.concatenate(parts)


def _check_stream(stream: AudioStream) -> None:
    name, rate, channels = stream.codec_context.name, stream.codec_context.sample_rate, stream.codec_context.channels
    if name not in CODECS and not name.startswith("pcm_"):
        raise AudioRejected(
            Rejection.UNKNOWN_FORMAT,
            "The audio codec is not supported. Send Opus, Vorbis, MP3, AAC, FLAC, ALAC or PCM.",
        )
    if not RATE_MIN <= (rate or 0) <= RATE_MAX or not 1 <= channels <= CHANNELS_MAX:
        raise corrupt_error()


def _declared_seconds(container: av.container.InputContainer, stream: AudioStream, format_: AudioFormat) -> float:
    """Returns the duration that the file declares in seconds, 0 when it declares none."""
    if format_ not in DECLARED:
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return float(container.duration or 0) / av.time_base


def _frames(container: av.container.InputContainer, stream: AudioStream, format_: AudioFormat) -> Iterator[AudioFrame]:
    stream.codec_context.thread_count = 1
    invalid, packets = 0, container.demux(stream)
    for packet in packets:
        if packet.is_corrupt:
            raise truncated_error()
        try:
            decoded = packet.decode()
        except av.error.InvalidDataError:
            invalid += 1
            if format_ is AudioFormat.MP3 and invalid <= INVALID_MP3_PACKETS_MAX:
                continue
            following = next(packets, None)
            is_last = following is None or not following.size
            if is_last:  # the end of the file is missing
                raise truncated_error() from None
            raise
        yield from decoded


def _resampled(frames: Iterator[AudioFrame], stream: AudioStream) -> Iterator[Samples]:
    """Yields mono samples at 16 kHz. Raises AudioRejected when the rate or the channels change within the stream."""
    resampler, mixdown = AudioResampler(format="fltp", rate=RATE), _Mixdown()
    shape = None
    for frame in frames:
        current = (frame.sample_rate, len(frame.layout.channels), frame.format.name)
        shape = shape or current
        if current != shape or frame.samples > FRAME_SAMPLES_MAX:
            raise corrupt_error()
        frame.pts = None  # otherwise gaps between time stamps would become silence
        for out in resampler.resample(frame):
            yield from mixdown.add(out)
    if shape:
        for out in resampler.resample(None):
            yield from mixdown.add(out)
    yield from mixdown.rest()


class _Mixdown:
    """Mixes channels to their mean, in blocks. A block whose channels cancel one another becomes its loudest channel.

    The decision per block, and not per file, keeps all parts of a recording whose wiring or microphones change. Unlike
    the mix of libav for floating point numbers, the mean does not exceed the range of the samples.
    """

    def __init__(self) -> None:
        self._parts, self._length, self._chosen = list[Samples](), 0, 0

    def add(self, frame: AudioFrame) -> Iterator[Samples]:
        """Takes a frame and yields the mono samples of complete blocks."""
        part = frame.to_ndarray().astype(np.float32, copy=False)
        if len(part) == 1:
            yield part[0]
            return
        self._parts.append(part)
        self._length += frame.samples
        if self._length >= MIX_BLOCK_SAMPLES:
            yield from self.rest()

    def rest(self) -> Iterator[Samples]:
        """Yields the mono samples of the last block."""
        if not self._parts:
            return
        channels = np.concatenate(self._parts, axis=1)
        self._parts, self._length = [], 0
        mean, energies = channels.mean(axis=0), channels.var(axis=1)  # the variance excludes a constant offset
        loudest = int(np.argmax(energies))
        if mean.var() >= CANCELLED_ENERGY_SHARE * energies[loudest]:
            yield mean
            return
        if energies[self._chosen] < CHANNEL_ENERGY_SHARE * energies[loudest]:
            self._chosen = loudest
        yield channels[self._chosen]
