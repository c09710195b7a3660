"""Default ports of the services, all below the range of ephemeral ports (32768 on Linux)."""

from __future__ import annotations

from typing import Final

INGEST: Final = 7151
NEURAL: Final = 7152
EXPERIMENTS: Final = 7153
VOICE: Final = 7154
INGEST_METRICS: Final = 7161
NEURAL_METRICS: Final = 7162
EXPERIMENTS_METRICS: Final = 7163
VOICE_METRICS: Final = 7164
GATEWAY: Final = 7180
"""HTTP: REST, console, widget and OTLP over HTTP."""
GATEWAY_OTLP: Final = 7181
"""OTLP over gRPC."""
GATEWAY_METRICS: Final = 7190

DEFAULT_PORTS: Final = frozenset(range(7151, 7191))
"""The range that is reserved for the suite; no test may listen on a port in it."""
