"""Detection of audio formats by first bytes."""

import pytest

from kit.audio import HEAD_BYTES, AudioFormat, sniff

MP3_FRAME = b"\xff\xfb\x90\x00"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", AudioFormat.WEBM),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", AudioFormat.WAV),
        (b"RF64\xff\xff\xff\xffWAVEds64", AudioFormat.WAV),
        (b"BW64\xff\xff\xff\xffWAVEds64", AudioFormat.WAV),
        (b"FORM\x00\x00\x00\x00AIFFCOMM", AudioFormat.AIFF),
        (b"OggS\x00\x02", AudioFormat.OGG),
        (b"fLaC\x00\x00\x00\x22", AudioFormat.FLAC),
        (b"\x00\x00\x00\x20ftypM4A ", AudioFormat.M4A),
        (MP3_FRAME + bytes(413) + MP3_FRAME, AudioFormat.MP3),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00" + MP3_FRAME, AudioFormat.MP3),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00fLaC", AudioFormat.FLAC),
    ],
)
def test_audio_format_is_detected_by_first_bytes(head: bytes, expected: AudioFormat) -> None:
    assert sniff(head) is expected
    assert sniff(head.ljust(HEAD_BYTES, b"\0")) is expected


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"hello",
        b"RIFF\x00\x00\x00\x00AVI ",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"\x1aE\xdf\xa3",
        b"MZ",
        b"\xff\xfb",
    ],
)
def test_content_of_unknown_format_is_refused(head: bytes) -> None:
    assert sniff(head) is None
