"""Checks the chunks of WAV (RIFF) and AIFF files, and corrects the sizes of files that were written to a pipe.

A writer that cannot seek back to set the sizes leaves 0 or a very large number. The decoder relies on the sizes, so
they are replaced with the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from voice.engine.rejection import truncated_error

ByteOrder = Literal["little", "big"]

UNKNOWN_SIZE_MIN = 1 << 30
"""Sizes from here on state an unknown length: they exceed the largest recording that a service can accept."""
HEAD_BYTES, CHUNK_HEAD_BYTES = 12, 8
AIFF_OFFSETS_BYTES = 8
"""Offset and block size before the samples of AIFF."""
CHUNK_NAMES = frozenset({b"fmt ", b"fact", b"data", b"LIST", b"FVER", b"COMM", b"SSND"})


def check_wav(data: bytes) -> bytes:
    """Returns the format and sample chunks as RIFF with their real sizes.

    Accepts RF64 and BW64, whose size is in the chunk ds64. Raises AudioRejected when samples are missing.
    """
    kept = list[tuple[bytes, bytes]]()
    for name, content, is_streamed in _chunks(data, "little", b"data", 0):
        if name == b"data" and is_streamed:
            frame = max(1, int.from_bytes(dict(kept).get(b"fmt ", b"")[12:14], "little"))
            kept = [each for each in kept if each[0] != b"fact"]  # its number of samples is unknown as well
            kept.append((name, content[: len(content) // frame * frame]))
        elif name in (b"fmt ", b"fact", b"data"):
            kept.append((name, content))
    return _joined(b"RIFF", b"WAVE", kept, "little")


def check_aiff(data: bytes) -> bytes:
    """Returns the format and sample chunks with their real sizes. Raises AudioRejected when samples are missing."""
    kept = list[tuple[bytes, bytes]]()
    for name, content, is_streamed in _chunks(data, "big", b"SSND", AIFF_OFFSETS_BYTES):
        if name == b"SSND" and is_streamed:
            common = dict(kept).get(b"COMM", b"").ljust(8, b"\0")
            channels, bits = int.from_bytes(common[:2], "big"), int.from_bytes(common[6:8], "big")
            frame = max(1, channels * -(-bits // 8))
            frames = max(0, len(content) - AIFF_OFFSETS_BYTES) // frame
            counted = common[:2] + frames.to_bytes(4, "big") + common[6:]
            kept = [(each, counted if each == b"COMM" else body) for each, body in kept]
            kept.append((name, content[: AIFF_OFFSETS_BYTES + frames * frame]))
        elif name in (b"FVER", b"COMM", b"SSND"):
            kept.append((name, content))
    return _joined(data[:4], data[8:12], kept, "big")


def _chunks(data: bytes, order: ByteOrder, last: bytes, empty_bytes: int) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yields name and content of each chunk up to `last`, and whether its declared size is unknown.

    `empty_bytes` is the size of `last` without samples. Raises AudioRejected when a chunk is incomplete.
    """
    at, size64 = HEAD_BYTES, 0
    while at + CHUNK_HEAD_BYTES <= len(data):
        name, body = data[at : at + 4], at + CHUNK_HEAD_BYTES
        size = int.from_bytes(data[at + 4 : body], order)
        is_streamed = False
        if name == last:
            size = size64 if size == 0xFFFFFFFF and size64 else size
            is_placeholder = size <= empty_bytes and not _are_chunks(data, body + size, order)
            is_streamed = size >= UNKNOWN_SIZE_MIN or is_placeholder
        end = len(data) if is_streamed else body + size
        if end > len(data):
            raise truncated_error()
        content = data[body:end]
        yield name, content, is_streamed
        if name == last:
            return
        if name == b"ds64" and data[:4] != b"RIFF":
            size64 = int.from_bytes(content[8:16], "little")
        at = end + (1 if size & 1 and _is_padded(data, end) else 0)
    raise truncated_error()


def _is_padded(data: bytes, end: int) -> bool:
    """Returns whether a chunk of odd size is padded as the format requires. Some writers omit the padding."""
    return data[end : end + 1] == b"\0" or data[end + 1 : end + 5] in CHUNK_NAMES or not _is_name(data[end : end + 4])


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= byte < 127 for byte in name)


def _are_chunks(data: bytes, at: int, order: ByteOrder) -> bool:
    """Returns whether the rest of the file is a list of complete chunks, and not samples."""
    while at < len(data):
        if not _is_name(data[at : at + 4]):
            return False
        size = int.from_bytes(data[at + 4 : at + CHUNK_HEAD_BYTES], order)
        at += CHUNK_HEAD_BYTES + size
        if at > len(data):
            return False
        at += size & 1
    return True


def _joined(magic: bytes, form: bytes, chunks: list[tuple[bytes, bytes]], order: ByteOrder) -> bytes:
    parts = [form]
    for name, content in chunks:
        parts += [name, len(content).to_bytes(4, order), content, b"\0" * (len(content) & 1)]
    return b"".join([magic, sum(map(len, parts)).to_bytes(4, order), *parts])
