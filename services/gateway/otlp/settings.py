"""Settings of the OpenTelemetry intake."""

from __future__ import annotations

from dataclasses import dataclass

from kit import ports
from kit.settings import Reader

DEFAULT_GRPC_PORT = ports.GATEWAY_OTLP


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLimits:
    """Limits on a span or a log record."""

    attributes_max: int = 1024
    """Maximum number of attributes of a span, an event or a log record."""
    attribute_bytes_max: int = 1024 * 1024
    """Maximum size of an attribute."""
    depth_max: int = 16
    """Maximum nesting depth of lists and maps in a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpSettings:
    """Port and limits of the OpenTelemetry intake."""

    enabled: bool = True
    """Whether the intake is enabled, over HTTP and gRPC."""
    grpc_port: int = DEFAULT_GRPC_PORT
    """Port of the gRPC receiver on the gateway's host; 0 selects a free port."""
    message_bytes_max: int = 4 * 1024 * 1024
    """Maximum size of a request, compressed and decompressed."""
    items_max: int = 10_000
    """Maximum number of spans or log records of a request."""
    requests_max: int = 32
    """Maximum number of concurrent requests; further requests are rejected with a time to retry."""
    spans_remembered_max: int = 50_000
    """Number of stored output ids of spans, which log records refer to; the oldest is removed first."""
    item: ItemLimits = ItemLimits()
    """Limits on each span and log record."""

    @classmethod
    def read(cls, reader: Reader) -> OtlpSettings:
        """Reads OTLP_*."""
        return cls(
            enabled=reader.flag("OTLP", True),
            grpc_port=reader.integer("OTLP_GRPC_PORT", DEFAULT_GRPC_PORT, 0, 65535),
            message_bytes_max=reader.integer("OTLP_MESSAGE_BYTES_MAX", 4 * 1024 * 1024, 1024, 64 * 1024 * 1024),
            items_max=reader.integer("OTLP_ITEMS_MAX", 10_000, 1, 100_000),
            requests_max=reader.integer("OTLP_REQUESTS_MAX", 32, 1, 10_000),
            spans_remembered_max=reader.integer("OTLP_SPANS_REMEMBERED_MAX", 50_000, 0, 10_000_000),
            item=ItemLimits(
                attributes_max=reader.integer("OTLP_ATTRIBUTES_MAX", 1024, 1, 100_000),
                attribute_bytes_max=reader.integer("OTLP_ATTRIBUTE_BYTES_MAX", 1024 * 1024, 64, 64 * 1024 * 1024),
            ),
        )
