"""The request that page handlers receive: session, service client, and validated parameters."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.datastructures import QueryParams

from gateway.console.server_events import EventStreams
from gateway.console.service_client import ServiceClient
from gateway.console.session.session import Session
from gateway.http.problems import Problem
from gateway.otlp.reports.statistics import IntakeStatistics

VALUE_CHARACTERS_MAX = 2000


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request of a signed-in user. Values of the query and the form are trimmed and limited in length."""

    session: Session
    services: ServiceClient
    query: QueryParams
    form: Mapping[str, Sequence[str]]
    """Fields of the form; empty for GET."""
    path: Mapping[str, str]
    """Parameters of the path."""
    event_streams: EventStreams
    telemetry: IntakeStatistics | None = None
    """Counts of the OpenTelemetry intake of this process; None if it is disabled."""

    def query_value(self, name: str, default: str = "") -> str:
        """Returns a parameter of the query; raises Problem when it is too long."""
        return _limited(name, self.query.get(name, default)) or default

    def form_value(self, name: str, default: str = "") -> str:
        """Returns a field of the form; raises Problem when it is too long."""
        return _limited(name, (self.form.get(name) or [default])[0]) or default

    def form_number(self, name: str, default: float | None = None) -> float | None:
        """Returns a field of the form as a number, or the default when it is empty; raises Problem."""
        text = self.form_value(name)
        if not text:
            return default
        try:
            return float(text)
        except ValueError:
            raise Problem.field(name, "must be a number") from None

    @property
    def request_id(self) -> str:
        """Idempotency key of the form. Each rendered form contains a new one."""
        try:
            return str(uuid.UUID(self.form_value("request_id")))
        except ValueError:
            return str(uuid.uuid4())

    def retry_request_id(self, problem: Problem | None) -> str:
        """Returns the idempotency key to render into the form again after a problem; empty for a new key.

        After a server error the outcome is unknown. The same key prevents a second execution when the user retries.
        """
        return self.request_id if problem is not None and problem.status >= 500 else ""

    @property
    def optional_tenant(self) -> str:
        """Tenant of the session, or else the one in the form or the query; empty when an operator selected none."""
        return self.session.tenant or self.form_value("tenant") or self.query_value("tenant")

    @property
    def tenant(self) -> str:
        """Tenant as in `optional_tenant`; raises Problem (TENANT_NEEDED) when there is none."""
        tenant = self.optional_tenant
        if not tenant:
            raise Problem(400, "TENANT_NEEDED", "Select a tenant: add the parameter tenant to the address.")
        return tenant

    def address(self, path: str, **query: str) -> str:
        """Returns a path below the console with a query; for operators of all tenants, it contains the tenant."""
        tenant = "" if self.session.tenant else self.optional_tenant
        kept = {name: value for name, value in {**query, "tenant": tenant}.items() if value}
        return path + (f"?{urlencode(kept)}" if kept else "")

    def period(self, days_default: int) -> tuple[Timestamp, Timestamp]:
        """Returns start (inclusive) and end (exclusive) of the days `from` to `to` of the query, both in UTC.

        `to` is today and `from` is `days_default - 1` days earlier unless the query sets them.
        """
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        last = _date("to", self.query_value("to")) or today
        first = _date("from", self.query_value("from")) or last - timedelta(days=days_default - 1)
        start, end = Timestamp(), Timestamp()
        start.FromDatetime(first)
        end.FromDatetime(last + timedelta(days=1))
        return start, end

    def period_filter(self, days_default: int) -> tuple[Timestamp | None, Timestamp | None]:
        """Returns start and end for a list filter; None for a bound that the query does not set."""
        if not self.query_value("from") and not self.query_value("to"):
            return None, None
        start, end = self.period(days_default)
        return (start if self.query_value("from") else None), end


def _limited(name: str, text: str) -> str:
    if len(text) > VALUE_CHARACTERS_MAX:
        raise Problem.field(name, f"must have at most {VALUE_CHARACTERS_MAX} characters")
    return text.strip()


def _date(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Problem.field(name, "must be a date in the form YYYY-MM-DD") from None
