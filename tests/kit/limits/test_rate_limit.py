"""Rate limits by key, in memory."""

from __future__ import annotations

import pytest

from kit.rate_limit import RateLimiter


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Returns the time in seconds."""
        return self.now


def admitted(limiter: RateLimiter[str], key: str) -> int:
    """Returns how many events are admitted at once."""
    count = 0
    while not limiter.wait_s(key):
        count += 1
    return count


def test_bucket_admits_burst_then_one_event_per_interval() -> None:
    clock = Clock()
    limiter: RateLimiter[str] = RateLimiter(10, 5, 100, clock)
    assert admitted(limiter, "a") == 5
    assert limiter.wait_s("a") == pytest.approx(0.1, rel=0.01)
    clock.now += 0.3
    assert admitted(limiter, "a") == 3
    clock.now += 1000
    assert admitted(limiter, "a") == 5


def test_event_after_the_returned_wait_is_admitted() -> None:
    clock = Clock()
    limiter: RateLimiter[str] = RateLimiter(3, 2, 100, clock)
    for _ in range(200):
        wait = limiter.wait_s("a")
        clock.now += wait
        assert wait == 0 or limiter.wait_s("a") == 0


def test_rate_limit_of_one_key_does_not_affect_another() -> None:
    limiter: RateLimiter[str] = RateLimiter(1, 1, 100, Clock())
    assert [limiter.wait_s(key) for key in "ab"] == [0, 0]
    assert limiter.wait_s("a") > 0


def test_rate_of_zero_admits_every_event() -> None:
    limiter: RateLimiter[str] = RateLimiter(0, 1, 100, Clock())
    assert {limiter.wait_s("a") for _ in range(10_000)} == {0}
    assert limiter.keys == 0


def test_least_recently_used_keys_are_forgotten() -> None:
    limiter: RateLimiter[str] = RateLimiter(1, 1, 3, Clock())
    for key in "abc":
        limiter.wait_s(key)
    assert limiter.wait_s("a") > 0, "used again, so that b is the least recently used"
    limiter.wait_s("d")
    assert limiter.keys == 3
    assert limiter.wait_s("a") > 0
    assert limiter.wait_s("b") == 0
