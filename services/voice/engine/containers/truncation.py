"""Whether all of a file arrived, read from the structure of its container before anything is decoded.

A decoder plays what is left of a file that was cut, without a word; half of "not bad at all" is another feedback.

What no structure can show: a live WebM, a fragmented MP4 or an MP3 without a Xing header, cut exactly between two of
its elements, is itself a whole file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from kit.audio import AudioFormat, id3_bytes, mp3_frame_bytes
from voice.engine.containers.m4a import check_m4a
from voice.engine.containers.webm import check_webm
from voice.engine.rejection import corrupt, truncated

STREAMED_SIZES = (0, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFFF)
"""What writers that cannot seek back leave as the size of a chunk of samples."""
MP3_GARBAGE_BYTES_MAX = 8192
MP3_TAIL_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN")


def _chunks(data: bytes, order: Literal["little", "big"], kept: tuple[bytes, ...]) -> bytes:
    """Walks RIFF (little) and AIFF (big) chunks up to the samples, the last of those kept; returns only those kept."""
    at, parts = 12, [data[:4], data[4:8], data[8:12]]
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], order)
        streamed = order == "little" and name == kept[-1] and size in STREAMED_SIZES
        end = len(data) if streamed else at + 8 + size
        if end > len(data):
            raise truncated()
        if name in kept:
            parts.append(data[at:end] + b"\0" * (size & 1 and not streamed))
        if name == kept[-1]:
            parts[1] = b"\xff" * 4 if streamed else (sum(map(len, parts)) - 8).to_bytes(4, order)
            return b"".join(parts)
        at = end + (size & 1)
    raise truncated()


def check_wav(data: bytes) -> bytes:
    """Returns the format and the samples, which must be whole; streamed ones of unknown size are."""
    return _chunks(data, "little", (b"fmt ", b"fact", b"data"))


def check_aiff(data: bytes) -> bytes:
    """Returns the format and the samples, which must be whole."""
    return _chunks(data, "big", (b"FVER", b"COMM", b"SSND"))


def check_ogg(data: bytes) -> bytes:
    """Returns the data, whose every page must be whole and every logical stream ended by its writer."""
    at, ended = 0, dict[bytes, bool]()
    while at < len(data):
        head = data[at : at + 27]
        if head[:4] != b"OggS"[: len(head)] or (len(head) > 4 and head[4] != 0):
            raise corrupt()
        table = data[at + 27 : at + 27 + head[26]] if len(head) == 27 else b""
        at += 27 + len(table) + sum(table)
        if len(head) < 27 or len(table) < head[26] or at > len(data):
            raise truncated()
        ended[head[14:18]] = bool(head[5] & 4)
    if not all(ended.values()):
        raise truncated()
    return data


def _xing_frames(frame: bytes) -> int:
    """Returns how many frames a Xing or Info header declares; 0 when the frame is none."""
    for place in (4 + 32, 4 + 17, 4 + 9):  # after the side information of MPEG 1 stereo, mono or 2 stereo, 2 mono
        if frame[place : place + 4] in (b"Xing", b"Info") and len(frame) >= place + 12:
            return int.from_bytes(frame[place + 8 : place + 12], "big") if frame[place + 7] & 1 else 0
    return 0


def check_mp3(data: bytes) -> bytes:
    """Returns the frames; the last must be whole and there must be no fewer than a Xing header declares."""
    at = start = declared = frames = garbage = 0
    zeros = len(data.rstrip(b"\0"))
    while at < len(data):
        length = mp3_frame_bytes(data[at : at + 4])
        if length:
            if at + length > len(data):
                raise truncated()
            if not frames:
                start, declared = at, _xing_frames(data[at : at + length])
            frames, at = frames + 1, at + length
        elif tag := id3_bytes(data, at):
            at += tag
        elif data.startswith(MP3_TAIL_TAGS, at) or at >= zeros:
            break
        else:
            at, garbage = at + 1, garbage + 1
            if garbage > MP3_GARBAGE_BYTES_MAX:
                raise corrupt()
    if not frames or frames < declared:
        raise truncated() if frames or at > len(data) else corrupt()
    return data[start:at]


def check_flac(data: bytes) -> bytes:
    """Returns the stream, whose blocks before the first frame must be whole; decoding counts the samples."""
    start = id3_bytes(data)
    at = start + 4
    last = False
    while not last:
        head = data[at : at + 4]
        at += 4 + int.from_bytes(head[1:], "big")
        if len(head) < 4 or at >= len(data):
            raise truncated()
        last = bool(head[0] & 0x80)
    return data[start:]


CHECKS: dict[AudioFormat, Callable[[bytes], bytes]] = {
    AudioFormat.WEBM: check_webm,
    AudioFormat.MP3: check_mp3,
    AudioFormat.WAV: check_wav,
    AudioFormat.OGG: check_ogg,
    AudioFormat.M4A: check_m4a,
    AudioFormat.FLAC: check_flac,
    AudioFormat.AIFF: check_aiff,
}
"""Every format has a check."""


def check_whole(data: bytes, format_: AudioFormat) -> bytes:
    """Returns what a decoder is to be given; raises AudioRejected (truncated or corrupt) when some of it is missing.

    Tags are left out where they are packed apart from the sound: compressed ones unpack to a thousand times their size.
    """
    return CHECKS[format_](data)
