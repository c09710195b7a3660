"""Logs as JSON, one line an event, with the request that it belongs to and without secrets."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from kit.redaction import redacted, without_secrets

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being served; empty outside of any."""

tenant: ContextVar[str] = ContextVar("tenant", default="")
"""The tenant that it is served for."""


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; `extra={"fields": {...}}` adds members."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line, without its end."""
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
        except (TypeError, ValueError):  # odd keys or numbers: readable lines are worth more than types
            return json.dumps({str(name): str(value) for name, value in event.items()}, ensure_ascii=False)


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends the process's logs to a stream, standard error unless another is given."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
