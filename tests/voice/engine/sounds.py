"""Sounds that tests make themselves, and the ways to write them down."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

RECORDINGS = Path(__file__).parents[4] / "shared" / "audio"
RATE = 16_000

CLUSTER, UNKNOWN = b"\x1f\x43\xb6\x75", b"\x01" + b"\xff" * 7
"""Of WebM: what begins a cluster, and a size that is not known."""

Sound = NDArray[np.float32]

WRITERS: dict[str, tuple[str, str, int, dict[str, str]]] = {
    "webm": ("webm", "libopus", 48_000, {}),
    "mp3": ("mp3", "libmp3lame", 44_100, {}),
    "wav": ("wav", "pcm_s16le", 16_000, {}),
    "ogg": ("ogg", "libopus", 48_000, {}),
    "m4a": ("mp4", "aac", 44_100, {}),
    "flac": ("flac", "flac", 16_000, {}),
    "aiff": ("aiff", "pcm_s16be", 16_000, {}),
    "webm-live": ("webm", "libopus", 48_000, {"live": "1"}),
    "m4a-fragmented": ("mp4", "aac", 44_100, {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
}
"""Container, codec, rate and options by name; the last two are what browsers record."""


class Unseekable(io.RawIOBase):
    """A pipe that keeps what is written: a muxer cannot go back to fill in sizes."""

    def __init__(self) -> None:
        """Starts empty."""
        self.kept = bytearray()

    def writable(self) -> bool:
        """Says yes."""
        return True

    def seekable(self) -> bool:
        """Says no."""
        return False

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the muxer hands over nothing but bytes
        """Keeps."""
        self.kept += data
        return len(data)


def encoded(samples: Sound, name: str) -> bytes:
    """Writes mono sound at 16 kHz in one of the ways of WRITERS."""
    container, codec, rate, options = WRITERS[name]
    sink: io.BytesIO | Unseekable = Unseekable() if "live" in name or "fragmented" in name else io.BytesIO()
    with av.open(sink, mode="w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray((samples * 32767).astype(np.int16)[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout="mono",
            rate=rate,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    data = bytes(sink.kept) if isinstance(sink, Unseekable) else sink.getvalue()
    return unsized(data) if name == "webm-live" else data


def unsized(webm: bytes) -> bytes:
    """Makes the size of each cluster unknown, as browsers write it."""
    parts = webm.split(CLUSTER)
    return CLUSTER.join([parts[0], *(UNKNOWN + part[9 - part[0].bit_length() :] for part in parts[1:])])


def sine(seconds: float, hertz: float = 440.0) -> Sound:
    """Makes a tone."""
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def silence(seconds: float) -> Sound:
    """Makes silence."""
    return np.zeros(int(seconds * RATE), np.float32)


def noise(seconds: float, loudness: float = 0.1, seed: int = 0) -> Sound:
    """Makes white noise."""
    return np.random.default_rng(seed).normal(0, loudness, int(seconds * RATE)).astype(np.float32)


def wav_of(body: bytes, *, rate: int = 16_000, channels: int = 1, bits: int = 16, kind: int = 1) -> bytes:
    """Writes a WAV file by hand, sensible or not."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks
