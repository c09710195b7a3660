"""Settings of the OpenTelemetry intake."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from kit import ports
from kit.settings.declaration import Report, Setting

_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLimits:
    """Limits on the conversion of spans and log records."""

    attributes_max: Annotated[int, Setting("OTLP_ATTRIBUTES_MAX", 1, 100_000, "attributes")] = 1024
    """Attributes of a span, an event or a log record."""
    attribute_bytes_max: Annotated[int, Setting("OTLP_ATTRIBUTE_BYTES_MAX", 64, _BYTES_MAX, "bytes")] = 1024 * 1024
    """Size of an attribute."""
    evaluations_max: Annotated[int, Setting("OTLP_EVALUATIONS_MAX", 1, 1_000_000, "evaluations")] = 10_000
    """Evaluations in the spans of a request. Those of further spans are rejected in the partial success."""
    depth_max: int = 16
    """Nesting depth of lists and maps in a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Limits on connections of the gRPC receiver."""

    connections_max: Annotated[int, Setting("OTLP_CONNECTIONS_MAX", 1, 1_000_000, "connections")] = 1024
    """Connections. Further ones are closed."""
    streams_max: Annotated[int, Setting("OTLP_STREAMS_MAX", 1, 100_000, "calls")] = 100
    """Concurrent calls of one connection. Clients wait before they send further ones."""
    message_timeout: Annotated[timedelta, Setting("OTLP_MESSAGE_TIMEOUT_SECONDS", 0.05, 300)] = timedelta(seconds=10)
    """Time to receive the message of a call, and to complete the handshake of a connection."""
    idle_timeout: Annotated[timedelta, Setting("OTLP_IDLE_TIMEOUT_SECONDS", 1, 86_400)] = timedelta(minutes=2)
    """Time after which a connection without calls is closed."""
    watches_max: Annotated[int, Setting("OTLP_WATCHES_MAX", 1, 100_000, "calls")] = 256
    """Streams of the health service, which need no token."""
    peer_watches_max: Annotated[int, Setting("OTLP_PEER_WATCHES_MAX", 1, 100_000, "calls")] = 16
    """Streams of the health service from one address."""


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
    attributes_max: Annotated[int, Setting("OTLP_REQUEST_ATTRIBUTES_MAX", 1, 10_000_000, "attributes")] = 100_000
    """Attributes, events and links of all spans or log records of a request, and attributes of its resources."""
    json_values_max: Annotated[int, Setting("OTLP_JSON_VALUES_MAX", 100, 10_000_000, "values")] = 250_000
    """Objects, lists and values of a request in JSON."""
    requests_max: Annotated[int, Setting("OTLP_REQUESTS_MAX", 1, 10_000, "requests")] = 32
    """Concurrent requests. Further requests are rejected with a time to retry."""
    tenant_requests_max: Annotated[int, Setting("OTLP_TENANT_REQUESTS_MAX", 1, 10_000, "requests")] = 8
    """Concurrent requests of one tenant."""
    tenant_bytes_max: Annotated[int, Setting("OTLP_TENANT_BYTES_MAX", 1024, 1024**4, "bytes")] = 16 * 1024 * 1024
    """Size of all concurrent requests of one tenant. Not smaller than RADIANT_OTLP_MESSAGE_BYTES_MAX."""
    spans_remembered_max: Annotated[int, Setting("OTLP_SPANS_REMEMBERED_MAX", 0, 10_000_000, "spans")] = 50_000
    """Without effect: ingest stores the names of outputs by span. The key is accepted in settings files."""
    connection: ConnectionLimits = field(default_factory=ConnectionLimits)
    """Limits on connections of the gRPC receiver."""
    item: ItemLimits = field(default_factory=ItemLimits)
    """Limits on each span and log record."""

    def check(self, report: Report) -> None:
        """Reports a limit of a tenant that rejects every request of the largest size."""
        is_sufficient = self.tenant_bytes_max >= self.message_bytes_max
        rule = "must not be smaller than RADIANT_OTLP_MESSAGE_BYTES_MAX"
        report.require("OTLP_TENANT_BYTES_MAX", is_sufficient, rule)
