"""Time and memory of the parse and validation of requests."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from bench.resilience.worst_requests.hostile import hostile
from buf.validate import validate_pb2
from kit.errors import Invalid
from kit.rpc.validation import reader, validate
from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import audit_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

FILES = (
    audit_service_pb2,
    experiment_service_pb2,
    ingest_service_pb2,
    learning_service_pb2,
    recommend_service_pb2,
    voice_service_pb2,
)
FIELD_RULES = validate_pb2.field
BYTES_MAX = 4 * 1024 * 1024 - 64
"""Size of the messages, just within the default limit."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of one request."""

    construction: str
    size: int
    seconds: float
    """CPU time of the parse and the validation, the lowest of the repetitions."""


def methods() -> Iterator[MethodDescriptor]:
    """Yields the methods of all services, by service and name."""
    services = [service for file in FILES for service in file.DESCRIPTOR.services_by_name.values()]
    for service in sorted(services, key=lambda each: str(each.full_name)):
        yield from service.methods


def check(read: Callable[[bytes], Any], data: bytes) -> None:
    """Parses and validates a request as a server does."""
    try:
        validate(read(data), is_counted=True)
    except (Invalid, DecodeError):
        return


def cpu_s(work: Callable[[], object], repetitions: int) -> float:
    """Returns the lowest CPU time of the repetitions."""
    lowest = float("inf")
    for _ in range(repetitions):
        begun = time.thread_time()
        work()
        lowest = min(lowest, time.thread_time() - begun)
    return lowest


def worst(descriptor: Descriptor, repetitions: int, bytes_max: int = BYTES_MAX) -> tuple[Cost, bytes]:
    """Returns the cost of the most expensive request of a type, and the request."""
    read = reader(descriptor)
    check(read, b"")
    found: tuple[Cost, bytes] | None = None
    for name, build in hostile(descriptor, bytes_max):
        data = build()
        seconds = cpu_s(lambda data=data: check(read, data), 1)  # type: ignore[misc]
        if found is None or seconds > found[0].seconds:
            seconds = cpu_s(lambda data=data: check(read, data), repetitions)  # type: ignore[misc]
        if found is None or seconds > found[0].seconds:
            found = Cost(name, len(data), seconds), data
    assert found is not None
    return found


def parse_s(descriptor: Descriptor, legal: bytes, size: int, repetitions: int) -> float:
    """Returns the CPU time to parse valid content of this size, without validation: the baseline."""
    data = legal * max(1, size // max(1, len(legal)))
    return cpu_s(lambda: GetMessageClass(descriptor).FromString(data), repetitions)


def peak_mib(descriptor: Descriptor, data: bytes) -> float:
    """Returns the growth of the largest resident memory while a forked process parses and validates a request."""
    receiver, sender = os.pipe()
    if child := os.fork():
        os.close(sender)
        with open(receiver, "rb") as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        return float(text)
    try:
        read = reader(descriptor)
        ctypes.CDLL(None).malloc_trim(0)  # memory that earlier requests freed would hide the growth
        Path("/proc/self/clear_refs").write_text("5")  # sets the largest resident memory to the current one
        before = _peak_kib()
        check(read, data)
        os.write(sender, f"{(_peak_kib() - before) / 1024:.2f}".encode())
    finally:
        os._exit(0)


def _peak_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
