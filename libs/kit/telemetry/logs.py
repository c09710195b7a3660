"""Logs as JSON: one line per event, with its request id and tenant, without secrets."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from kit.telemetry.redaction import redacted, without_secrets

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the current request; empty outside of requests."""

tenant: ContextVar[str] = ContextVar("tenant", default="")
"""Tenant of the current request."""


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; `extra={"fields": {...}}` adds members."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line without a line break."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        for name, value in (("request_id", request_id.get()), ("tenant", tenant.get())):
            if value:
                event[name] = value
        event.update(without_secrets(getattr(record, "fields", {})))
        if record.exc_info:
            event["trace"] = redacted(self.formatException(record.exc_info))
        try:
            return json.dumps(event, ensure_ascii=False, default=str, allow_nan=False)
        except (TypeError, ValueError):  # keys or numbers that JSON cannot express: converts all values to text
            return json.dumps({str(name): str(value) for name, value in event.items()}, ensure_ascii=False)


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Configures the process's logging to a stream, by default standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
