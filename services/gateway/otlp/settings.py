"""Settings of the OpenTelemetry intake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from kit import ports
from kit.settings.declaration import Report, Setting

_BYTES_MAX = 64 * 1024 * 1024
Range = tuple[float, float]
"""Least and greatest score of an evaluation."""
_RANGE_ENTRY = re.compile(r"([^=,]+)=(-?\d+(?:\.\d+)?):(-?\d+(?:\.\d+)?)")


def normalize_name(name: str) -> str:
    """Returns the name of an operation or evaluation, or a label, in lower case with underscores instead of blanks and
    hyphens.
    """
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _ranges_of(text: str) -> dict[str, Range]:
    """Returns ranges by name from a text such as `tone=1:5,risk=0:7`; raises ValueError with the rule."""
    ranges: dict[str, Range] = {}
    for entry in filter(None, (each.strip() for each in text.split(","))):
        match = _RANGE_ENTRY.fullmatch(entry)
        if match is None or not float(match[2]) < float(match[3]):
            raise ValueError("must be a list of name=minimum:maximum with minimum < maximum, separated by commas")
        ranges[normalize_name(match[1])] = float(match[2]), float(match[3])
    return ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLimits:
    """Limits on the conversion of spans and log records."""

    attributes_max: Annotated[int, Setting("OTLP_ATTRIBUTES_MAX", 1, 100_000, "attributes")] = 1024
    """Attributes of a span, an event or a log record that are read. Further ones are left out and counted."""
    attribute_bytes_max: Annotated[int, Setting("OTLP_ATTRIBUTE_BYTES_MAX", 64, _BYTES_MAX, "bytes")] = 1024 * 1024
    """Size of an attribute that sets a field. A larger one is left out and counted."""
    evaluations_max: Annotated[int, Setting("OTLP_EVALUATIONS_MAX", 1, 1_000_000, "evaluations")] = 10_000
    """Evaluations in the spans of a request. Those of further spans are rejected in the partial success."""
    ranges: Annotated[Mapping[str, Range], Setting("OTLP_EVALUATION_RANGES", parse=_ranges_of, default_text="none")] = (
        field(default_factory=dict)
    )
    """Ranges of the scores of evaluations, as name=minimum:maximum separated by commas. They replace the ranges that
    are known for a name. An evaluation may state its range itself."""
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
    keepalive_min: Annotated[timedelta, Setting("OTLP_KEEPALIVE_SECONDS_MIN", 0.01, 7200)] = timedelta(seconds=5)
    """Shortest time between pings of a client. A client that pings more often is disconnected."""
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
    """Port of the gRPC receiver on the gateway's host; 0 selects a free port. The standard port of OTLP is 4317."""
    http_port: Annotated[int, Setting("OTLP_HTTP_PORT", -1, 65_535)] = -1
    """Port on which the gateway listens for HTTP in addition to RADIANT_GATEWAY_PORT; 0 selects a free port, and -1
    none. The standard port of OTLP is 4318."""
    requests_per_s: Annotated[float, Setting("OTLP_REQUESTS_PER_SECOND", 0, 1_000_000, "requests per second")] = 500.0
    """Sustained rate of OTLP requests over HTTP of one caller, apart from that of the REST API; 0 for no limit."""
    burst: Annotated[int, Setting("OTLP_BURST", 1, 1_000_000, "requests")] = 1000
    """OTLP requests of one caller that may exceed the sustained rate."""
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
