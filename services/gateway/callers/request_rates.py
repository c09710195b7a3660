"""Rate limits of requests: per verified caller, and per address and in total for callers who are not verified."""

from __future__ import annotations

from datetime import timedelta

from kit.auth.tokens import Principal
from kit.errors import Exhausted
from kit.rate_limit import RateLimiter
from kit.rpc.connections.peers import network_of


class RequestRates:
    """Token buckets of callers. The token text is no key, since one token can be spelled in many ways."""

    def __init__(self, per_s: float, burst: int, unverified_per_s: float, keys_max: int) -> None:
        """Takes the rate of one caller or address (0 sets no limit), its burst, and the total of unverified ones."""
        self._per_s, self._unverified_per_s = per_s, unverified_per_s
        self._callers: RateLimiter[tuple[str, str]] = RateLimiter(per_s, burst, keys_max)
        self._peers: RateLimiter[str] = RateLimiter(per_s, burst, keys_max)
        self._unverified: RateLimiter[str] = RateLimiter(unverified_per_s, max(1, round(unverified_per_s)), 1)

    def count(self, caller: Principal | None, host: str) -> None:
        """Counts a request; raises Exhausted if a limit is exceeded. `host` is the address of the peer."""
        if caller is not None:
            wait_s, text = self._callers.wait_s((caller.tenant_id, caller.subject)), f"{self._per_s:g}"
            _require(wait_s, f"The caller exceeded its limit of {text} requests per second.")
            return
        text = f"The address exceeded its limit of {self._per_s:g} requests per second without a valid token."
        _require(self._peers.wait_s(network_of(host) or host), text)
        text = (
            f"The gateway exceeded its limit of {self._unverified_per_s:g} requests per second without a valid token."
        )
        _require(self._unverified.wait_s(""), text)


def _require(wait_s: float, text: str) -> None:
    if wait_s:
        raise Exhausted(f"{text} Retry after {wait_s:.3g} s.", timedelta(seconds=wait_s), reason="RATE_LIMITED")
