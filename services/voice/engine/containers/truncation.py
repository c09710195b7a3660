"""Checks from the container structure, before decoding, that a file is complete.

Decoders decode a truncated file without an error. Its transcript then lacks the end of the recording, which can change
the meaning. One case cannot be detected: a live WebM, a fragmented MP4 or an MP3 without a Xing header that was cut
exactly between two elements is a valid shorter file.
"""

from __future__ import annotations

from collections.abc import Callable

from kit.audio import AudioFormat, id3_bytes, mp3_frame_bytes
from voice.engine.containers.iff import check_aiff, check_wav
from voice.engine.containers.m4a import check_m4a
from voice.engine.containers.webm import check_webm
from voice.engine.rejection import corrupt_error, truncated_error

MP3_SKIPPED_BYTES_MAX = 8192
MP3_TAIL_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN")


def check_ogg(data: bytes) -> bytes:
    """Returns the data. Raises AudioRejected unless all pages are complete and all logical streams have an end mark."""
    at, ended = 0, dict[bytes, bool]()
    while at < len(data):
        head = data[at : at + 27]
        if head[:4] != b"OggS"[: len(head)] or (len(head) > 4 and head[4] != 0):
            raise corrupt_error()
        table = data[at + 27 : at + 27 + head[26]] if len(head) == 27 else b""
        at += 27 + len(table) + sum(table)
        if len(head) < 27 or len(table) < head[26] or at > len(data):
            raise truncated_error()
        ended[head[14:18]] = bool(head[5] & 4)
    if not all(ended.values()):
        raise truncated_error()
    return data


def _xing_frames(frame: bytes) -> int:
    """Returns the number of frames that a Xing or Info header declares; 0 for a frame without such a header."""
    for place in (4 + 32, 4 + 17, 4 + 9):  # after the side information of MPEG 1 stereo, mono or 2 stereo, 2 mono
        if frame[place : place + 4] in (b"Xing", b"Info") and len(frame) >= place + 12:
            return int.from_bytes(frame[place + 8 : place + 12], "big") if frame[place + 7] & 1 else 0
    return 0


def check_mp3(data: bytes) -> bytes:
    """Returns the frames without tags.

    Raises AudioRejected when the last frame is incomplete, or when there are fewer frames than a Xing header declares.
    """
    at = start = declared = frames = skipped = 0
    zeros = len(data.rstrip(b"\0"))
    while at < len(data):
        length = mp3_frame_bytes(data[at : at + 4])
        if length:
            if at + length > len(data):
                raise truncated_error()
            if not frames:
                start, declared = at, _xing_frames(data[at : at + length])
            frames, at = frames + 1, at + length
        elif tag := id3_bytes(data, at):
            at += tag
        elif data.startswith(MP3_TAIL_TAGS, at) or at >= zeros:
            break
        else:
            at, skipped = at + 1, skipped + 1
            if skipped > MP3_SKIPPED_BYTES_MAX:
                raise corrupt_error()
    if not frames or frames < declared:
        raise truncated_error() if frames or at > len(data) else corrupt_error()
    return data[start:at]


def check_flac(data: bytes) -> bytes:
    """Returns the stream without tags. Raises AudioRejected unless all blocks before the first frame are complete.

    The decoder checks the number of samples.
    """
    start = id3_bytes(data)
    at = start + 4
    last = False
    while not last:
        head = data[at : at + 4]
        at += 4 + int.from_bytes(head[1:], "big")
        if len(head) < 4 or at >= len(data):
            raise truncated_error()
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
"""The check of each format."""


def check_complete(data: bytes, format_: AudioFormat) -> bytes:
    """Returns the data for the decoder. Raises AudioRejected (truncated or corrupt) when the file is not complete.

    Tags are removed where they are separate from the audio: compressed tags can expand to a thousand times their size.
    """
    return CHECKS[format_](data)
