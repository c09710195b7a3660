"""Prometheus metrics of the OpenTelemetry intake."""

from __future__ import annotations

from kit.telemetry.metrics import Counter

REQUESTS = Counter(
    "radiant_otlp_requests_total", "OpenTelemetry requests by signal, transport and code.", ["signal", "by", "code"]
)
ITEMS = Counter(
    "radiant_otlp_items_total",
    "OpenTelemetry items by kind (manifest, feedback; span, log_record when ignored) and outcome.",
    ["kind", "outcome"],
)
