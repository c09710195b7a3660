"""Settings of the intake, read with those of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from kit import ports
from kit.settings import Reader

DEFAULT_GRPC_PORT = ports.GATEWAY_OTLP


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLimits:
    """What one span or log record may hold."""

    attributes_max: int = 1024
    """Attributes of a span, an event or a log record."""
    attribute_bytes_max: int = 1024 * 1024
    """Size of one attribute."""
    depth_max: int = 16
    """Levels of lists and maps in a value that is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpSettings:
    """Where OpenTelemetry comes in, and how much of it."""

    enabled: bool = True
    """Whether it comes in at all."""
    grpc_port: int = DEFAULT_GRPC_PORT
    """Of the gRPC receiver, on the gateway's host; 0 takes a free one."""
    message_bytes_max: int = 4 * 1024 * 1024
    """Largest request, both as it is sent and unpacked."""
    items_max: int = 10_000
    """Spans or log records of one request."""
    requests_max: int = 32
    """Requests at once; those beyond it are told to come again."""
    spans_remembered_max: int = 50_000
    """Spans whose own output_id is known to log records that name the span; the oldest are forgotten first."""
    item: ItemLimits = ItemLimits()
    """For each span and log record."""

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
