"""Every format decodes, nothing hostile gets through, nothing cut is taken for whole."""

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
from tests.voice.engine.sounds import WRITERS, encoded, noise, silence, sine, wav_of
from voice.engine.audio import RATE, AudioLimits, decode
from voice.engine.rejection import AudioRejected, Rejection

SOUND = np.concatenate([sine(1.0), noise(1.0), sine(1.2, 220.0)])
FILES = {name: encoded(SOUND, name) for name in WRITERS}
LONG = AudioLimits(duration_max=timedelta(seconds=20))


def code(data: bytes, limits: AudioLimits | None = None) -> Rejection:
    """Returns why data is rejected."""
    with pytest.raises(AudioRejected) as caught:
        decode(data, limits)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_decodes_to_the_same_sound(name: str) -> None:
    clip = decode(FILES[name])
    assert clip.format == sniff(FILES[name][:64]) == name.partition("-")[0]
    assert clip.samples.dtype == np.float32
    assert abs(clip.seconds - len(SOUND) / RATE) < 0.15
    spectrum = np.abs(np.fft.rfft(clip.samples[3000:13000]))
    assert abs(np.argmax(spectrum) * RATE / 10_000 - 440) < 5
    assert 0.1 < np.sqrt(np.mean(np.square(clip.samples[3000:13000]))) < 0.3


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_was_cut_is_never_heard_in_part(name: str) -> None:
    data, dice = FILES[name], random.Random(7)
    cuts = [
        len(data) - 1,
        len(data) - 7,
        len(data) // 2,
        len(data) * 9 // 10,
        *dice.choices(range(40, len(data)), k=25),
    ]
    assert [cut for cut in cuts if seconds(data[:cut])] == []
    assert code(data[: len(data) * 2 // 3]) == Rejection.TRUNCATED


def test_a_live_webm_cut_between_two_blocks_is_a_whole_shorter_file() -> None:
    data = FILES["webm-live"]
    lengths = [found for cut in range(len(data) - 400, len(data)) if (found := seconds(data[:cut]))]
    assert 1 <= len(lengths) < 10
    assert min(lengths) > 2.5


def seconds(data: bytes, limits: AudioLimits | None = None) -> float:
    """Returns the seconds decoded, 0 when the data is rejected."""
    try:
        return decode(data, limits).seconds
    except AudioRejected:
        return 0.0


def test_a_wav_whose_writer_could_not_go_back_is_whole() -> None:
    data = bytearray(FILES["wav"])
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    data[4:8] = b"\xff\xff\xff\xff"
    assert abs(decode(bytes(data)).seconds - 3.2) < 0.01


def test_what_is_no_audio_says_so() -> None:
    assert code(b"") == Rejection.EMPTY
    assert code(b"<html>not found</html>") == Rejection.UNKNOWN_FORMAT
    assert code(b"%PDF-1.7" + bytes(5000)) == Rejection.UNKNOWN_FORMAT
    assert code(FILES["wav"], AudioLimits(bytes_max=1000)) == Rejection.TOO_LARGE
    assert code(wav_of(b"")) in (Rejection.NO_AUDIO, Rejection.CORRUPT)


def test_odd_rates_channels_and_values_are_refused() -> None:
    body = bytes(32_000)
    for rate, channels in ((1, 1), (7_999, 1), (4_000_000, 1), (16_000, 0), (16_000, 64)):
        assert code(wav_of(body, rate=rate, channels=channels)) == Rejection.CORRUPT, (rate, channels)
    infinite = np.full(16_000, np.inf, "<f4").tobytes()
    assert code(wav_of(infinite, bits=32, kind=3)) == Rejection.CORRUPT
    loud = decode(wav_of(np.full(16_000, 1e9, "<f4").tobytes(), bits=32, kind=3))
    assert np.abs(loud.samples).max() <= 1


def test_a_bomb_is_stopped_at_the_limit_of_length() -> None:
    bomb = encoded(silence(600), "flac")
    assert len(bomb) < 200_000
    assert code(bomb, LONG) == Rejection.TOO_LONG
    assert code(encoded(sine(30), "mp3"), LONG) == Rejection.TOO_LONG


def test_small_files_that_promise_or_unpack_to_much_are_refused_cheaply() -> None:
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
    assert code(bytes(index)) == Rejection.CORRUPT
    assert abs(decode(tag + FILES["mp3"]).seconds - 3.2) < 0.15
    assert abs(decode(tagged).seconds - 3.2) < 0.01
    assert memory_kib("VmHWM") - before < 30_000


def synchsafe(number: int) -> bytes:
    """Writes a number as ID3 does, seven bits to a byte."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def hostile(count: int) -> list[bytes]:
    """Makes hostile files: noise, right headers before garbage or another format, nothing at all, bombs."""
    dice, files = random.Random(20), list(FILES.values())
    made = [b"", b"\0", encoded(silence(300), "flac"), encoded(silence(300), "ogg"), encoded(silence(300), "webm")]
    while len(made) < count:
        whole = dice.choice(files)
        head, size = whole[: dice.choice((4, 12, 40, 200, 1000))], dice.randrange(10, 20_000)
        other = dice.choice([each for each in files if each[:4] != whole[:4]])
        made += [dice.randbytes(size), head + dice.randbytes(size), head + bytes(size), head + other]
    return made[:count]


def damaged(count: int) -> list[bytes]:
    """Makes files with flipped bits and with wrong sizes, some of which are still sound."""
    dice, files, made = random.Random(21), list(FILES.values()), list[bytes]()
    while len(made) < count:
        flipped, sized = bytearray(dice.choice(files)), bytearray(dice.choice(files))
        for _ in range(dice.choice((1, 5, 50, 500))):
            flipped[dice.randrange(min(len(flipped), dice.choice((64, 512, len(flipped)))))] = dice.randrange(256)
        at = dice.randrange(4, 400)
        sized[at : at + 4] = struct.pack(">I", dice.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, dice.getrandbits(32))))
        made += [bytes(flipped), bytes(sized)]
    return made[:count]


def memory_kib(name: str) -> int:
    """Returns what the process holds now (VmRSS) or held at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def test_hostile_files_are_rejected_and_nothing_leaks() -> None:
    files, scratched = hostile(200), damaged(100)

    def survive() -> None:
        assert [number for number, data in enumerate(files) if seconds(data, LONG)] == []
        for data in scratched:
            assert seconds(data, LONG) <= 20  # a flipped bit may be a mere crackle; no other error comes
        gc.collect()

    survive()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = memory_kib("VmRSS")
    for _ in range(2):
        survive()
    assert memory_kib("VmRSS") - before < 15_000
    assert memory_kib("VmHWM") - before < 60_000


def test_decoding_again_and_again_keeps_no_memory() -> None:
    for _ in range(5):
        decode(FILES["ogg"])
    before = memory_kib("VmRSS")
    for _ in range(80):
        decode(FILES["ogg"])
    assert memory_kib("VmRSS") - before < 10_000
