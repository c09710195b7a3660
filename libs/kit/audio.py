"""The accepted audio formats, detected from the first bytes and never from a name or a declared type."""

from __future__ import annotations

from enum import StrEnum


class AudioFormat(StrEnum):
    """A container that can be decoded."""

    WEBM = "webm"
    MP3 = "mp3"
    WAV = "wav"
    OGG = "ogg"
    M4A = "m4a"
    FLAC = "flac"
    AIFF = "aiff"


HEAD_BYTES = 4096
"""Number of first bytes that `sniff` reads at most."""

_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits per second of layer III, by MPEG version (2 stands for 2 and 2.5)."""
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def mp3_frame_bytes(header: bytes) -> int:
    """Returns the length of the MPEG layer III frame with this header of four bytes, 0 if it is not one."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3 or header[3] & 3 == 2:
        return 0
    kilobits = _BITRATES[1 if version == 3 else 2][bitrate]
    samples = 1152 if version == 3 else 576
    return samples // 8 * kilobits * 1000 // _RATES[version][rate] + (header[2] >> 1 & 1)


def id3_bytes(data: bytes, at: int = 0) -> int:
    """Returns the length of the ID3v2 tag at that position, 0 if there is none."""
    head = data[at : at + 10]
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:]) > 0x7F:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return size + (20 if head[5] & 0x10 else 10)


def _is_mp3(head: bytes) -> bool:
    first = mp3_frame_bytes(head[:4])
    if not first:
        return False
    second = head[first : first + 4]
    return len(second) < 4 or mp3_frame_bytes(second) > 0


def sniff(head: bytes) -> AudioFormat | None:
    """Returns the format of data that begins with these bytes; None for a format that is not accepted."""
    tag = id3_bytes(head)
    if tag:
        return AudioFormat.FLAC if head[tag : tag + 4] == b"fLaC" else AudioFormat.MP3
    if head[:4] == b"\x1aE\xdf\xa3":
        early = head[:128]
        return AudioFormat.WEBM if b"webm" in early or b"matroska" in early else None
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return AudioFormat.WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AudioFormat.AIFF
    for magic, format_ in ((b"OggS", AudioFormat.OGG), (b"fLaC", AudioFormat.FLAC)):
        if head.startswith(magic):
            return format_
    if head[4:8] == b"ftyp":
        return AudioFormat.M4A
    return AudioFormat.MP3 if _is_mp3(head) else None
