"""Whether all of a file arrived, read from the structure of its container before anything is decoded.

A decoder plays what is left of a file that was cut, without a word; half of "not bad at all" is another feedback.

What no structure can show: a live WebM, a fragmented MP4 or an MP3 without a Xing header, cut exactly between two of
its elements, is itself a whole file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from voice.engine.formats import AudioFormat, id3_bytes, mp3_frame_bytes
from voice.engine.rejection import corrupt, truncated
from voice.engine.webm import check_webm

STREAMED_SIZES = (0, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFFF)
"""What writers that cannot seek back leave as the size of a chunk of samples."""
MP3_GARBAGE_BYTES_MAX = 8192
MP3_TAIL_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")


def _chunks(data: bytes, order: Literal["little", "big"], samples: bytes) -> None:
    """Checks RIFF (little) and AIFF (big) chunks up to the one that holds the samples."""
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], order)
        if name == samples and size in STREAMED_SIZES and order == "little":
            return
        if at + 8 + size > len(data):
            raise truncated()
        if name == samples:
            return
        at += 8 + size + (size & 1)
    raise truncated()


def check_wav(data: bytes) -> None:
    """Raises AudioRejected unless the chunk of samples is whole; a streamed one of unknown size is."""
    _chunks(data, "little", b"data")


def check_aiff(data: bytes) -> None:
    """Raises AudioRejected unless the chunk of samples is whole."""
    _chunks(data, "big", b"SSND")


def check_ogg(data: bytes) -> None:
    """Raises AudioRejected unless every page is whole and every logical stream was ended by its writer."""
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


def _xing_frames(frame: bytes) -> int:
    """Returns how many frames a Xing or Info header declares; 0 when the frame is none."""
    for place in (4 + 32, 4 + 17, 4 + 9):  # after the side information of MPEG 1 stereo, mono or 2 stereo, 2 mono
        if frame[place : place + 4] in (b"Xing", b"Info") and len(frame) >= place + 12:
            return int.from_bytes(frame[place + 8 : place + 12], "big") if frame[place + 7] & 1 else 0
    return 0


def check_mp3(data: bytes) -> None:
    """Raises AudioRejected unless the last frame is whole and no fewer frames came than a Xing header declares."""
    at = declared = frames = garbage = 0
    while tag := id3_bytes(data, at):
        at += tag
    while at < len(data):
        length = mp3_frame_bytes(data[at : at + 4])
        if length:
            if at + length > len(data):
                raise truncated()
            declared = declared or (0 if frames else _xing_frames(data[at : at + length]))
            frames, at = frames + 1, at + length
        elif data.startswith(MP3_TAIL_TAGS, at) or not data[at:].strip(b"\0"):
            break
        else:
            at, garbage = at + 1, garbage + 1
            if garbage > MP3_GARBAGE_BYTES_MAX:
                raise corrupt()
    if not frames or frames < declared:
        raise truncated() if frames or at > len(data) else corrupt()


def check_m4a(data: bytes) -> None:
    """Raises AudioRejected unless every box is whole and both the index and the samples are there."""
    at, names = 0, list[bytes]()
    while at < len(data):
        size, name, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if len(name) < 4:
            raise truncated()
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < head or not all(32 <= byte < 127 or byte == 0xA9 for byte in name):
            raise corrupt()
        if at + size > len(data):
            raise truncated()
        names.append(name)
        at += size
    if b"moov" not in names or names[-1] == b"moof" or b"mdat" not in names:
        raise truncated()


def check_flac(data: bytes) -> None:
    """Raises AudioRejected unless the blocks before the first frame are whole; decoding counts the samples."""
    at = id3_bytes(data) + 4
    last = False
    while not last:
        head = data[at : at + 4]
        at += 4 + int.from_bytes(head[1:], "big")
        if len(head) < 4 or at >= len(data):
            raise truncated()
        last = bool(head[0] & 0x80)


CHECKS: dict[AudioFormat, Callable[[bytes], None]] = {
    AudioFormat.WEBM: check_webm,
    AudioFormat.MP3: check_mp3,
    AudioFormat.WAV: check_wav,
    AudioFormat.OGG: check_ogg,
    AudioFormat.M4A: check_m4a,
    AudioFormat.FLAC: check_flac,
    AudioFormat.AIFF: check_aiff,
}
"""Every format has a check."""


def check_whole(data: bytes, format_: AudioFormat) -> None:
    """Raises AudioRejected (truncated or corrupt) when the structure shows that data is missing."""
    CHECKS[format_](data)
