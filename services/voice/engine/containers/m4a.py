"""Checks the box structure of M4A: all boxes are complete, and the index is not larger than a recording needs."""

from __future__ import annotations

from voice.engine.rejection import corrupt_error, truncated_error

PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex"})
COUNTS = {b"stsz": 8, b"stz2": 8, b"trun": 4}
"""Offset of the number of samples in the boxes that declare one. A few bytes can declare billions of samples."""
SAMPLES_MAX, BOXES_MAX, DEPTH_MAX = 2_000_000, 400_000, 8


class _BoxReader:
    """Reads the boxes once and adds up the declared samples."""

    def __init__(self, data: bytes) -> None:
        self.data, self.boxes, self.samples = data, 0, 0

    def boxes_in(self, at: int, end: int, depth: int) -> list[bytes]:
        """Returns the names of the boxes between two offsets, each once, in the order of the last occurrence."""
        names = dict[bytes, None]()
        while at < end:
            size, name, head = int.from_bytes(self.data[at : at + 4], "big"), self.data[at + 4 : at + 8], 8
            if len(name) < 4:
                raise truncated_error()
            if size == 1:
                size, head = int.from_bytes(self.data[at + 8 : at + 16], "big"), 16
            elif size == 0 and not depth:
                size = end - at
            self._check(name, at + head, size - head, depth)
            if at + size > end:
                raise truncated_error()
            if name in PARENTS:
                self.boxes_in(at + head, at + size, depth + 1)
            names.pop(name, None)
            names[name] = None
            at += size
        return list(names)

    def _check(self, name: bytes, body: int, size: int, depth: int) -> None:
        self.boxes += 1
        if name in COUNTS:
            self.samples += int.from_bytes(self.data[body + COUNTS[name] : body + COUNTS[name] + 4], "big")
        is_valid = size >= 0 and depth < DEPTH_MAX and all(32 <= byte < 127 or byte == 0xA9 for byte in name)
        if not is_valid or name == b"cmov" or self.boxes > BOXES_MAX or self.samples > SAMPLES_MAX:
            raise corrupt_error()  # cmov is a compressed index, which could expand without limit


def check_m4a(data: bytes) -> bytes:
    """Returns the data. Raises AudioRejected unless all boxes are complete and both index and samples exist."""
    names = _BoxReader(data).boxes_in(0, len(data), 0)
    if b"moov" not in names or names[-1] == b"moof" or b"mdat" not in names:
        raise truncated_error()
    return data
