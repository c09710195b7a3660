"""Decoding: all formats, limits, truncated files, and hostile files."""

from __future__ import annotations

import gc
import random
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from kit.audio import sniff
from tests.voice.fixtures.sounds import WRITERS, encoded, noise, silence, sine, wav_of
from voice.engine.audio import RATE, AudioLimits, decode
from voice.engine.rejection import AudioRejected, Rejection

SAMPLES = np.concatenate([sine(1.0), noise(1.0), sine(1.2, 220.0)])
FILES = {name: encoded(SAMPLES, name) for name in WRITERS}
LONG = AudioLimits(duration_max=timedelta(seconds=20))


def rejection_of(data: bytes, limits: AudioLimits | None = None) -> Rejection:
    """Returns the reason for which data is rejected."""
    with pytest.raises(AudioRejected) as caught:
        decode(data, limits)
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("name", WRITERS)
def test_decode_any_format_returns_same_samples(name: str) -> None:
    clip = decode(FILES[name])
    assert clip.format == sniff(FILES[name][:64]) == name.partition("-")[0]
    assert clip.samples.dtype == np.float32
    assert abs(clip.duration_s - len(SAMPLES) / RATE) < 0.15
    spectrum = np.abs(np.fft.rfft(clip.samples[3000:13000]))
    assert abs(np.argmax(spectrum) * RATE / 10_000 - 440) < 5
    assert 0.1 < np.sqrt(np.mean(np.square(clip.samples[3000:13000]))) < 0.3


@pytest.mark.parametrize("name", WRITERS)
def test_decode_truncated_file_is_rejected(name: str) -> None:
    data, generator = FILES[name], random.Random(7)
    cuts = [
        len(data) - 1,
        len(data) - 7,
        len(data) // 2,
        len(data) * 9 // 10,
        *generator.choices(range(40, len(data)), k=25),
    ]
    assert [cut for cut in cuts if decoded_s(data[:cut])] == []
    assert rejection_of(data[: len(data) * 2 // 3]) == Rejection.TRUNCATED


def test_decode_live_webm_cut_between_two_blocks_returns_shorter_clip() -> None:
    data = FILES["webm-live"]
    lengths = [found for cut in range(len(data) - 400, len(data)) if (found := decoded_s(data[:cut]))]
    assert 1 <= len(lengths) < 10
    assert min(lengths) > 2.5


def decoded_s(data: bytes, limits: AudioLimits | None = None) -> float:
    """Returns the duration of the decoded clip in seconds, 0 when the data is rejected."""
    try:
        return decode(data, limits).duration_s
    except AudioRejected:
        return 0.0


def test_decode_wav_of_streaming_writer_returns_all_samples() -> None:
    data = bytearray(FILES["wav"])
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    data[4:8] = b"\xff\xff\xff\xff"
    assert abs(decode(bytes(data)).duration_s - 3.2) < 0.01


def test_decode_file_without_audio_is_rejected_with_reason() -> None:
    assert rejection_of(b"") == Rejection.EMPTY
    assert rejection_of(b"<html>not found</html>") == Rejection.UNKNOWN_FORMAT
    assert rejection_of(b"%PDF-1.7" + bytes(5000)) == Rejection.UNKNOWN_FORMAT
    assert rejection_of(FILES["wav"], AudioLimits(bytes_max=1000)) == Rejection.TOO_LARGE
    assert rejection_of(wav_of(b"")) in (Rejection.NO_AUDIO, Rejection.CORRUPT)


def test_decode_invalid_rate_channels_or_samples_is_rejected() -> None:
    body = bytes(32_000)
    for rate, channels in ((1, 1), (7_999, 1), (4_000_000, 1), (16_000, 0), (16_000, 64)):
        assert rejection_of(wav_of(body, rate=rate, channels=channels)) == Rejection.CORRUPT, (rate, channels)
    infinite = np.full(16_000, np.inf, "<f4").tobytes()
    assert rejection_of(wav_of(infinite, bits=32, kind=3)) == Rejection.CORRUPT
    loud = decode(wav_of(np.full(16_000, 1e9, "<f4").tobytes(), bits=32, kind=3))
    assert np.abs(loud.samples).max() <= 1


def test_decode_small_file_with_long_audio_stops_at_duration_limit() -> None:
    silent = encoded(silence(600), "flac")
    assert len(silent) < 200_000
    assert rejection_of(silent, LONG) == Rejection.TOO_LONG
    assert rejection_of(encoded(sine(30), "mp3"), LONG) == Rejection.TOO_LONG


def test_decode_file_with_huge_index_or_compressed_tag_uses_little_memory() -> None:
    index = bytearray(FILES["m4a"])
    at = index.index(b"stsz") + 8
    index[at : at + 8] = struct.pack(">II", 1, 0x7FFFFFFF)
    packed = zlib.compress(bytes(200_000_000))
    frame = b"TXXX" + synchsafe(len(packed) + 4) + b"\0\x09" + synchsafe(200_000_000) + packed
    tag = b"ID3\x04\0\0" + synchsafe(len(frame)) + frame
    tag += bytes(len(tag) & 1)
    tagged = FILES["wav"][:36] + b"ID3 " + struct.pack("<I", len(tag)) + tag + FILES["wav"][36:]
    Path("/proc/self/clear_refs").write_text("5")
    before = memory_kib("VmRSS")
    assert rejection_of(bytes(index)) == Rejection.CORRUPT
    assert abs(decode(tag + FILES["mp3"]).duration_s - 3.2) < 0.15
    assert abs(decode(tagged).duration_s - 3.2) < 0.01
    assert memory_kib("VmHWM") - before < 30_000


def synchsafe(number: int) -> bytes:
    """Returns a number in the synchsafe form of ID3: seven bits per byte."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def hostile(count: int) -> list[bytes]:
    """Returns hostile files: random data, valid headers with other content, empty files, highly compressed silence."""
    generator, files = random.Random(20), list(FILES.values())
    made = [b"", b"\0", encoded(silence(300), "flac"), encoded(silence(300), "ogg"), encoded(silence(300), "webm")]
    while len(made) < count:
        whole = generator.choice(files)
        head, size = whole[: generator.choice((4, 12, 40, 200, 1000))], generator.randrange(10, 20_000)
        other = generator.choice([each for each in files if each[:4] != whole[:4]])
        made += [generator.randbytes(size), head + generator.randbytes(size), head + bytes(size), head + other]
    return made[:count]


def damaged(count: int) -> list[bytes]:
    """Returns files with changed bytes or with wrong sizes, some of which are still valid."""
    generator, files, made = random.Random(21), list(FILES.values()), list[bytes]()
    while len(made) < count:
        flipped, sized = bytearray(generator.choice(files)), bytearray(generator.choice(files))
        for _ in range(generator.choice((1, 5, 50, 500))):
            flipped[generator.randrange(min(len(flipped), generator.choice((64, 512, len(flipped)))))] = (
                generator.randrange(256)
            )
        at = generator.randrange(4, 400)
        sized[at : at + 4] = struct.pack(
            ">I", generator.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, generator.getrandbits(32)))
        )
        made += [bytes(flipped), bytes(sized)]
    return made[:count]


def memory_kib(name: str) -> int:
    """Returns the current (VmRSS) or the highest (VmHWM) memory use of the process in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


@pytest.mark.slow
def test_decode_hostile_files_are_rejected_without_memory_growth() -> None:
    files, damaged_files = hostile(200), damaged(100)

    def decode_all() -> None:
        assert [number for number, data in enumerate(files) if decoded_s(data, LONG)] == []
        for data in damaged_files:
            assert decoded_s(data, LONG) <= 20  # a changed byte may still give valid audio
        gc.collect()

    decode_all()
    Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM
    before = memory_kib("VmRSS")
    for _ in range(2):
        decode_all()
    assert memory_kib("VmRSS") - before < 15_000
    assert memory_kib("VmHWM") - before < 60_000


def test_decode_repeated_80_times_does_not_grow_memory() -> None:
    for _ in range(5):
        decode(FILES["ogg"])
    before = memory_kib("VmRSS")
    for _ in range(80):
        decode(FILES["ogg"])
    assert memory_kib("VmRSS") - before < 10_000
