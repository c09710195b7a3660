"""Findings of checks."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass

from kit.telemetry.redaction import redacted


class Level(enum.IntEnum):
    """Severity of a finding."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of one check."""

    level: Level
    """Severity."""
    observation: str
    """Observation."""
    advice: str = ""
    """Action to take; empty when none is needed."""

    def line(self) -> str:
        """Returns the finding as one line of text without secrets."""
        advice = f" -> {self.advice}" if self.advice else ""
        return redacted(f"{self.level.name:<4}  {self.observation}{advice}")

    def to_json(self) -> str:
        """Returns the finding as a JSON object in one line, without secrets."""
        members = {"level": self.level.name, "observation": self.observation, "advice": self.advice}
        return json.dumps({name: redacted(value) for name, value in members.items()})

    @classmethod
    def from_json(cls, line: str) -> Finding:
        """Returns the finding that `to_json` wrote; raises ValueError, KeyError or TypeError for other text."""
        members = json.loads(line)
        level, observation, advice = Level[members["level"]], str(members["observation"]), str(members["advice"])
        return cls(level=level, observation=observation, advice=advice)


def ok(observation: str) -> Finding:
    """Returns a finding that needs no action."""
    return Finding(level=Level.OK, observation=observation)


def warn(observation: str, advice: str) -> Finding:
    """Returns a finding that may need an action."""
    return Finding(level=Level.WARN, observation=observation, advice=advice)


def fail(observation: str, advice: str) -> Finding:
    """Returns a finding that needs an action."""
    return Finding(level=Level.FAIL, observation=observation, advice=advice)
