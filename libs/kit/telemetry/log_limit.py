"""Log with a limit of lines per key, so that callers who are not authenticated cannot fill the log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

LINES_MAX = 20
INTERVAL = timedelta(seconds=10)
KEYS_MAX = 1000


@dataclass(slots=True)
class _Interval:
    """Lines of one key since the begin of its interval."""

    ends_at: float
    lines: int = 0
    suppressed: int = 0


class LimitedLog:
    """Writes at most `lines_max` lines of each key within an interval, and then one line with the number left out."""

    def __init__(
        self,
        log: logging.Logger,
        lines_max: int = LINES_MAX,
        interval: timedelta = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the log, the most lines of a key within an interval, and a clock in seconds."""
        self._log, self._lines_max, self._interval_s, self._clock = log, lines_max, interval.total_seconds(), clock
        self._intervals: OrderedDict[str, _Interval] = OrderedDict()

    def info(self, message: str, key: str, fields: Mapping[str, Any]) -> None:
        """Writes a line of that key, or counts it as suppressed."""
        if self.is_admitted(key):
            self._log.info(message, extra={"fields": dict(fields)})

    def is_admitted(self, key: str) -> bool:
        """Counts a line of that key; returns whether it may be written."""
        now, interval = self._clock(), self._intervals.get(key)
        if interval is None or now >= interval.ends_at:
            self.flush(key)
            interval = self._intervals[key] = _Interval(now + self._interval_s)
            if len(self._intervals) > KEYS_MAX:
                self.flush(next(iter(self._intervals)))
        if interval.lines < self._lines_max:
            interval.lines += 1
            return True
        interval.suppressed += 1
        if interval.suppressed == 1:
            self._flush_later(key, interval, interval.ends_at - now)
        return False

    def flush(self, key: str) -> None:
        """Ends the interval of a key and writes the number of its suppressed lines, if there are any."""
        interval = self._intervals.pop(key, None)
        if interval is not None and interval.suppressed:
            fields = {"key": key, "suppressed": interval.suppressed, "seconds": self._interval_s}
            self._log.info("log lines suppressed", extra={"fields": fields})

    def _flush_later(self, key: str, interval: _Interval, delay_s: float) -> None:
        """Flushes at the end of the interval; without an event loop, at the next line of the key."""

        def flush() -> None:
            if self._intervals.get(key) is interval:
                self.flush(key)

        try:
            asyncio.get_running_loop().call_later(delay_s, flush)
        except RuntimeError:
            return


class LineLimit(logging.Filter):
    """Limits the lines of another library's logger, by the text of the message without its arguments."""

    def __init__(self, log: logging.Logger) -> None:
        """Takes the logger to which the filter is added."""
        super().__init__()
        self._limited = LimitedLog(log)

    def filter(self, record: logging.LogRecord) -> bool:
        """Returns whether the line is written."""
        return self._limited.is_admitted(f"{record.levelname} {record.msg}")
