"""Limits of concurrent use of a resource, in total and per tenant, so that one tenant cannot occupy all of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from kit.errors import Exhausted

RETRY_AFTER = timedelta(seconds=1)


class TenantSlots:
    """Counts the slots that are in use in this process."""

    def __init__(
        self,
        noun: str,
        total_max: int,
        tenant_max: int,
        *,
        reason: str,
        retry_after: timedelta = RETRY_AFTER,
        holder: str = "tenant",
    ) -> None:
        """Takes the plural noun for messages, the limits, and the reason code and the delay of refusals.

        `holder` is the noun for another holder of slots than a tenant.
        """
        self._noun, self._reason, self._retry_after, self._holder = noun, reason, retry_after, holder
        self._total_max, self._tenant_max = total_max, tenant_max
        self._used_by_tenant: dict[str, int] = {}
        self._used = 0

    @property
    def used(self) -> int:
        """Number of slots in use."""
        return self._used

    def check(self, tenant: str) -> None:
        """Raises Exhausted when the tenant or all tenants together use up their limit."""
        if self._used_by_tenant.get(tenant, 0) >= self._tenant_max:
            raise self._refusal(f"The {self._holder} has {self._tenant_max} {self._noun}, which is its limit.")
        if self._used >= self._total_max:
            raise self._refusal(f"The server has {self._total_max} {self._noun}, which is its limit.")

    @contextlib.contextmanager
    def hold(self, tenant: str) -> Iterator[None]:
        """Uses a slot during the block. Raises as `check` does."""
        self.check(tenant)
        self._used_by_tenant[tenant] = self._used_by_tenant.get(tenant, 0) + 1
        self._used += 1
        try:
            yield
        finally:
            self._used -= 1
            self._used_by_tenant[tenant] -= 1
            if not self._used_by_tenant[tenant]:
                del self._used_by_tenant[tenant]

    def _refusal(self, text: str) -> Exhausted:
        delay_s = self._retry_after.total_seconds()
        return Exhausted(f"{text} Retry after {delay_s:g} s.", self._retry_after, reason=self._reason)
