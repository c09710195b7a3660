"""WAV and AIFF files of writers that cannot set sizes later, such as pipes, and chunks that break the padding rule."""

from __future__ import annotations

import io
import struct

import av
import numpy as np
import pytest

from kit.audio import HEAD_BYTES, AudioFormat, sniff
from tests.voice.fixtures.sounds import Unseekable, encoded, sine, wav_of
from voice.engine.audio import decode
from voice.engine.rejection import AudioRejected, Rejection

TONE = sine(1.01)
"""Its length is no multiple of the packets of the decoder."""
BODY = (TONE * 32767).astype("<i2").tobytes()
SIZES = (0, 0x7FFFF000, 0x7FFFEFDC, 0x7FFFFFFF, 0x7F000000, 0x80000000, 0xFFFFFFDB, 0xFFFFFFFF)
"""Sizes of the sample chunk that recorders write for an unknown length."""


def wav_with(data_size: int, riff_size: int, body: bytes = BODY, extra: bytes = b"") -> bytes:
    """Returns a WAV file with the given sizes and a further chunk before the samples."""
    whole = wav_of(body)
    head = whole[:4] + struct.pack("<I", riff_size) + whole[8:36]
    return head + extra + b"data" + struct.pack("<I", data_size) + body


def piped(name: str) -> bytes:
    """Returns the tone in a container that libav writes to a pipe."""
    sink = Unseekable()
    with av.open(io.BytesIO(wav_of(BODY)), mode="r") as source, av.open(sink, mode="w", format=name) as out:
        stream = out.add_stream("pcm_s16be" if name == "aiff" else "pcm_s16le", rate=16_000, layout="mono")
        for frame in source.decode(audio=0):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return bytes(sink.data)


def assert_tone(data: bytes, seconds: float = 1.01) -> None:
    """Asserts that data decodes to the whole tone."""
    samples = decode(data).samples
    assert abs(len(samples) / 16_000 - seconds) < 0.001
    assert np.allclose(samples, TONE[: len(samples)], atol=1e-3)


@pytest.mark.parametrize("riff_size", [0, 0x7FFFF024, 0xFFFFFFFF])
@pytest.mark.parametrize("data_size", SIZES)
def test_decode_wav_with_unknown_sizes_returns_all_samples(data_size: int, riff_size: int) -> None:
    assert_tone(wav_with(data_size, riff_size))


@pytest.mark.parametrize("name", ["wav", "aiff"])
def test_decode_file_that_libav_wrote_to_pipe_returns_all_samples(name: str) -> None:
    assert_tone(piped(name))


@pytest.mark.parametrize("size", [0, 8, 0x7F000000])
def test_decode_aiff_with_unknown_size_returns_all_samples(size: int) -> None:
    data = bytearray(piped("aiff"))
    at = data.index(b"SSND") + 4
    data[at : at + 4] = struct.pack(">I", size)
    assert_tone(bytes(data))


def test_decode_streamed_wav_that_ends_within_sample_returns_whole_samples() -> None:
    assert_tone(wav_with(0xFFFFFFFF, 0xFFFFFFFF, BODY[:-1]))


@pytest.mark.parametrize("pad", [b"", b"\0", b"x"])
def test_decode_wav_with_odd_chunk_returns_all_samples(pad: bytes) -> None:
    assert_tone(wav_with(len(BODY), len(BODY) + 50, extra=b"LIST" + struct.pack("<I", 5) + b"INFOx" + pad))


@pytest.mark.parametrize("size", [len(BODY), 0, 0xFFFFFFFFFFFFFFFF])
def test_decode_rf64_with_known_or_unknown_size_returns_all_samples(size: int) -> None:
    sizes = b"ds64" + struct.pack("<IQQQI", 28, size, size, 0, 0)
    data = wav_with(0xFFFFFFFF, 0xFFFFFFFF)
    for magic in (b"RF64", b"BW64"):
        assert sniff((magic + data[4:])[:HEAD_BYTES]) is AudioFormat.WAV
        assert_tone(magic + data[4:12] + sizes + data[12:])


def test_decode_wav_of_known_size_without_its_end_is_truncated() -> None:
    whole = encoded(TONE, "wav")
    sizes = b"ds64" + struct.pack("<IQQQI", 28, len(BODY), len(BODY), 0, 0)
    rf64 = b"RF64\xff\xff\xff\xffWAVE" + sizes + wav_with(0xFFFFFFFF, 0)[12:]
    for data in (whole[:-2], rf64[:-2], wav_with(0x3FFFFFFF, 0x3FFFFFFF)):
        with pytest.raises(AudioRejected) as caught:
            decode(data)
        assert caught.value.code == Rejection.TRUNCATED


def test_decode_wav_with_empty_samples_and_tags_contains_no_audio() -> None:
    tags = b"LIST" + struct.pack("<I", 400) + b"INFO" + bytes(396)
    with pytest.raises(AudioRejected) as caught:
        decode(wav_with(0, 448, tags))
    assert caught.value.code in (Rejection.NO_AUDIO, Rejection.CORRUPT)
