"""Circuit breaker: after several consecutive failures, calls fail immediately until a probe succeeds.

Only an unreachable service and an exceeded deadline count as failures. Any other error is a response of the service.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Literal

import grpc

from radiant_client.transport.backoff import Backoff
from radiant_client.transport.errors import CircuitOpen, DeadlineExceeded, RadiantClientError, Unavailable

State = Literal["closed", "open", "half_open"]
"""closed: calls are sent. open: calls fail immediately. half_open: one call, the probe, is sent."""
PROBE_SECONDS_MAX = 10.0
"""Time in seconds after which a running probe, such as a long upload, no longer blocks the next probe."""


class Breaker:
    """The circuit breaker of one address. Use it only on the event loop that makes the calls."""

    def __init__(
        self,
        address: str = "",
        *,
        failures: int = 5,
        first_pause: float = 0.5,
        longest_pause: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens after `failures` consecutive failed calls; 0 disables the breaker.

        The pause before a probe doubles from first_pause to longest_pause seconds and has a jitter of up to 20 %.
        """
        if failures < 0:
            raise ValueError(f"failures must be 0 or greater, not {failures}.")
        self.address = address
        """Address of the service."""
        self.failures = 0
        """Number of consecutive failed calls."""
        self.refused = 0
        """Number of calls that failed immediately because the breaker was open."""
        self._limit = failures
        self._backoff = Backoff(first_pause, longest_pause)
        self._clock = clock
        self._probe_at: float | None = None
        self._probe_ends_at: float | None = None

    @property
    def state(self) -> State:
        """Current state."""
        if self._probe_at is None:
            return "closed"
        return "half_open" if self._probe_ends_at is not None or self._clock() >= self._probe_at else "open"

    @property
    def retry_in(self) -> float:
        """Seconds until the next call is sent; 0 if a call can be sent now."""
        if self._probe_at is None:
            return 0.0
        return max(0.0, (self._probe_ends_at or self._probe_at) - self._clock())

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Runs one call and records its result. Raises CircuitOpen without running it if the breaker is open."""
        is_probe = self._admit()
        try:
            yield
        except (Unavailable, DeadlineExceeded):
            self._record_failure(is_probe)
            raise
        except RadiantClientError:
            self._record_response()
            raise
        except BaseException:  # cancelled by the caller: the state of the service is still unknown
            if is_probe:
                self._probe_ends_at = None
            raise
        self._record_response()

    def _admit(self) -> bool:
        """Returns whether the call is a probe. Raises CircuitOpen if the call must not be sent."""
        if self._probe_at is None:
            return False
        if self.retry_in > 0.0:
            self.refused += 1
            raise CircuitOpen(
                f"The circuit breaker of {self.address or 'the service'} is open after {self.failures} consecutive "
                f"failures. Retry after {self.retry_in:.1f} s.",
                code=grpc.StatusCode.UNAVAILABLE,
                retry_after=timedelta(seconds=self.retry_in),
            )
        self._probe_ends_at = self._clock() + PROBE_SECONDS_MAX
        return True

    def _record_failure(self, is_probe: bool) -> None:
        """Counts a failure. Opens the breaker at the limit and after a failed probe."""
        self.failures += 1
        if is_probe or (self._probe_at is None and 0 < self._limit <= self.failures):
            self._probe_at, self._probe_ends_at = self._clock() + self._backoff.next_pause(), None

    def _record_response(self) -> None:
        """Closes the breaker. A response to a call sent before the breaker opened counts like that of a probe."""
        self.failures, self._probe_at, self._probe_ends_at = 0, None, None
        self._backoff.reset()
