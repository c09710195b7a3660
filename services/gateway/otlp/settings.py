"""Settings of the OpenTelemetry intake."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from kit import ports
from kit.settings.declaration import Setting

_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLimits:
    """Limits on a span or a log record."""

    attributes_max: Annotated[int, Setting("OTLP_ATTRIBUTES_MAX", 1, 100_000, "attributes")] = 1024
    """Attributes of a span, an event or a log record."""
    attribute_bytes_max: Annotated[int, Setting("OTLP_ATTRIBUTE_BYTES_MAX", 64, _BYTES_MAX, "bytes")] = 1024 * 1024
    """Size of an attribute."""
    depth_max: int = 16
    """Nesting depth of lists and maps in a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpSettings:
    """Port and limits of the OpenTelemetry intake."""

    enabled: Annotated[bool, Setting("OTLP")] = True
    """Whether the OpenTelemetry intake is enabled, over HTTP and gRPC."""
    grpc_port: Annotated[int, Setting("OTLP_GRPC_PORT", 0, 65_535)] = ports.GATEWAY_OTLP
    """Port of the gRPC receiver on the gateway's host; 0 selects a free port."""
    message_bytes_max: Annotated[int, Setting("OTLP_MESSAGE_BYTES_MAX", 1024, _BYTES_MAX, "bytes")] = 4 * 1024 * 1024
    """Size of a request, compressed and decompressed."""
    items_max: Annotated[int, Setting("OTLP_ITEMS_MAX", 1, 100_000, "items")] = 10_000
    """Spans or log records of a request."""
    requests_max: Annotated[int, Setting("OTLP_REQUESTS_MAX", 1, 10_000, "requests")] = 32
    """Concurrent requests. Further requests are rejected with a time to retry."""
    spans_remembered_max: Annotated[int, Setting("OTLP_SPANS_REMEMBERED_MAX", 0, 10_000_000, "spans")] = 50_000
    """Spans whose output id is stored, so that log records can refer to it. The oldest is removed first."""
    item: ItemLimits = field(default_factory=ItemLimits)
    """Limits on each span and log record."""
