"""Prometheus metrics of the OpenTelemetry intake."""

from __future__ import annotations

from kit.telemetry.metrics import Counter

REQUESTS = Counter(
    "radiant_otlp_requests_total", "OpenTelemetry requests by signal, transport and code.", ["signal", "by", "code"]
)
ITEMS = Counter(
    "radiant_otlp_items_total",
    "OpenTelemetry items by kind (manifest, feedback, evaluation_score; span, log_record when ignored) and outcome.",
    ["kind", "outcome"],
)
PASSED_OVER = Counter(
    "radiant_otlp_passed_over_total", "OpenTelemetry spans and log records without an output, by reason.", ["reason"]
)
ATTRIBUTE_ERRORS = Counter(
    "radiant_otlp_attribute_errors_total", "OpenTelemetry attributes that were left out, by name.", ["attribute"]
)
