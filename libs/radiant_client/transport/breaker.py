"""A circuit breaker: after several failures in a row calls fail at once, until a single probe finds the service well.

Only what says that the service cannot be reached or does not answer in time counts as a failure. A refusal is an
answer: the service is there.
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
"""Closed lets calls pass, open refuses them, half_open lets one pass to see whether the service is back."""
PROBE_SECONDS_MAX = 10.0
"""A probe that takes longer, such as a long upload, keeps the next one waiting no more."""


class Breaker:
    """The breaker of one address. It belongs to the event loop that makes the calls."""

    def __init__(
        self,
        address: str = "",
        *,
        failures: int = 5,
        first_pause: float = 0.5,
        longest_pause: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens after so many failures in a row; 0 never opens. Its pauses, in seconds, double with a little chance."""
        if failures < 0:
            raise ValueError("failures must not be negative")
        self.address = address
        """Address that it stands before."""
        self.failures = 0
        """Failures in a row."""
        self.refused = 0
        """Calls that failed at once because it was open."""
        self._limit = failures
        self._backoff = Backoff(first_pause, longest_pause)
        self._clock = clock
        self._opens_at: float | None = None
        self._probe_ends: float | None = None

    @property
    def state(self) -> State:
        """Tells whether calls pass now."""
        if self._opens_at is None:
            return "closed"
        return "half_open" if self._probe_ends is not None or self._clock() >= self._opens_at else "open"

    @property
    def retry_in(self) -> float:
        """Tells in how many seconds the next call may pass; 0 when one may pass now."""
        if self._opens_at is None:
            return 0.0
        return max(0.0, (self._probe_ends or self._opens_at) - self._clock())

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Lets a call pass and learns from how it ends; raises CircuitOpen at once when none may pass."""
        probe = self._enter()
        try:
            yield
        except (Unavailable, DeadlineExceeded):
            self._failed(probe)
            raise
        except RadiantClientError:
            self._well()
            raise
        except BaseException:  # given up by the caller: nothing was learned
            if probe:
                self._probe_ends = None
            raise
        self._well()

    def _enter(self) -> bool:
        """Tells whether the call is a probe; raises CircuitOpen when it may not pass."""
        if self._opens_at is None:
            return False
        if self.retry_in > 0.0:
            self.refused += 1
            raise CircuitOpen(
                f"{self.address or 'the service'} did not answer {self.failures} times in a row and is left alone",
                code=grpc.StatusCode.UNAVAILABLE,
                retry_after=timedelta(seconds=self.retry_in),
            )
        self._probe_ends = self._clock() + PROBE_SECONDS_MAX
        return True

    def _failed(self, probe: bool) -> None:
        self.failures += 1
        if probe or (self._opens_at is None and 0 < self._limit <= self.failures):
            self._opens_at, self._probe_ends = self._clock() + self._backoff.step(), None

    def _well(self) -> None:
        """Closes; the answer to a call that was made before it opened says as much as a probe's."""
        self.failures, self._opens_at, self._probe_ends = 0, None, None
        self._backoff.reset()
