"""Checks the element structure of WebM: the file ends exactly where its last element ends.

Browsers write live recordings with segments and clusters of unknown size, without duration and index, so the file
declares no total size.
"""

from __future__ import annotations

from voice.engine.rejection import corrupt_error, truncated_error

SEGMENT, CLUSTER, CUES = 0x18538067, 0x1F43B675, 0x1C53BB6B
EBML = 0x1A45DFA3
LEVEL_ONE = frozenset(
    {CLUSTER, CUES, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1043A770, 0x1254C367, 0x1941A469},
)
"""Elements that end a cluster of unknown size: cluster, cues, seek head, info, tracks, chapters, tags, attachments."""
IN_CLUSTER = frozenset({0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, 0xAF, 0xEC, 0xBF})
"""Timestamp, simple block, block group, previous size, position, silent tracks, encrypted block, void, checksum."""
ANYWHERE = frozenset({0xEC, 0xBF})
ELEMENTS_MAX = 400_000


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """Returns a number of variable length and its length in bytes; -1 stands for an unknown size."""
    if at >= len(data):
        raise truncated_error()
    length = 9 - data[at].bit_length()
    if length > (4 if keep_marker else 8):
        raise corrupt_error()
    if at + length > len(data):
        raise truncated_error()
    number = int.from_bytes(data[at : at + length], "big")
    if keep_marker:
        return number, length
    number &= (1 << 7 * length) - 1
    return (-1 if number == (1 << 7 * length) - 1 else number), length


def check_webm(data: bytes) -> bytes:
    """Returns the data. Raises AudioRejected unless it ends where an element ends and contains at least one cluster.

    A segment of known size must be complete. A segment of unknown size is read block by block.
    """
    at, clusters, in_cluster = 0, 0, False
    for _ in range(ELEMENTS_MAX):
        if at >= len(data):
            break
        name, name_bytes = _number(data, at, keep_marker=True)
        size, size_bytes = _number(data, at + name_bytes, keep_marker=False)
        body = at + name_bytes + size_bytes
        if name == SEGMENT or (name == CLUSTER and size < 0):
            if size >= 0 and body + size > len(data):
                raise truncated_error()
            at, in_cluster = body, name == CLUSTER
            clusters += in_cluster
            continue
        is_known = name == EBML or name in LEVEL_ONE or name in ANYWHERE or (in_cluster and name in IN_CLUSTER)
        if not is_known or size < 0:
            raise corrupt_error()
        if body + size > len(data):
            raise truncated_error()
        clusters += name == CLUSTER
        in_cluster = in_cluster and name not in LEVEL_ONE
        at = body + size
    if at < len(data):
        raise corrupt_error()
    if not clusters:
        raise truncated_error()
    return data
