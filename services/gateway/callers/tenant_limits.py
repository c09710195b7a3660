"""Limits of the requests and bytes in flight, in total and per tenant, so that one tenant cannot use up the gateway."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from kit.auth.tokens import Principal
from kit.errors import Exhausted
from kit.tenant_slots import RETRY_AFTER, TenantSlots


def tenant_key(caller: Principal) -> str:
    """Returns the tenant of a caller; an operator of all tenants counts as a tenant of its own."""
    return caller.tenant_id or f"operator {caller.subject}"


class Admission:
    """One request in flight."""

    def __init__(self, limits: TenantLimits, tenant: str) -> None:
        self._limits, self._tenant = limits, tenant
        self.bytes = 0
        """Bytes of the request that were counted."""

    def add_bytes(self, count: int) -> None:
        """Counts received bytes; raises Exhausted if the tenant has too many bytes in flight."""
        self._limits.add_bytes(self._tenant, count)
        self.bytes += count


class TenantLimits:
    """Counts requests in flight."""

    def __init__(self, *, requests_max: int, tenant_requests_max: int, tenant_bytes_max: int) -> None:
        """Takes the most requests in total, the most requests of one tenant, and the most bytes of one tenant."""
        self._requests = TenantSlots(
            "concurrent requests", requests_max, tenant_requests_max, reason="TOO_MANY_REQUESTS"
        )
        self._tenant_bytes_max = tenant_bytes_max
        self._bytes: Counter[str] = Counter()

    @contextlib.contextmanager
    def admit(self, tenant: str) -> Iterator[Admission]:
        """Counts a request during the block; raises Exhausted (TOO_MANY_REQUESTS) if a limit is reached."""
        admission = Admission(self, tenant)
        with self._requests.hold(tenant):
            try:
                yield admission
            finally:
                self._subtract_bytes(tenant, admission.bytes)

    def add_bytes(self, tenant: str, count: int) -> None:
        """Counts bytes of a tenant; raises Exhausted (TOO_MANY_BYTES) if the limit would be exceeded."""
        if self._bytes[tenant] + count > self._tenant_bytes_max:
            text = f"The tenant's limit of {self._tenant_bytes_max} bytes in concurrent requests is reached."
            raise Exhausted(f"{text} Retry after 1 s.", RETRY_AFTER, reason="TOO_MANY_BYTES")
        self._bytes[tenant] += count

    def _subtract_bytes(self, tenant: str, count: int) -> None:
        self._bytes[tenant] -= count
        if self._bytes[tenant] <= 0:
            del self._bytes[tenant]
