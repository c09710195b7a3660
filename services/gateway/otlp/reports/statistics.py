"""Counts of the intake by tenant since the start of the process, for the console."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from gateway.otlp.metrics import ATTRIBUTE_ERRORS, PASSED_OVER
from gateway.otlp.reports.report import Report

TENANTS_MAX, ENTRIES_MAX = 1000, 200
OTHER = "further names"
"""Name under which entries beyond ENTRIES_MAX are counted."""


@dataclass(slots=True)
class ScoreStatistics:
    """Scores of one evaluation that are no votes."""

    count: int = 0
    total: float = 0.0
    minimum: float = float("inf")
    maximum: float = float("-inf")

    @property
    def mean(self) -> float:
        """Mean of the scores."""
        return self.total / self.count

    def add(self, score: float) -> None:
        """Adds a score."""
        self.count += 1
        self.total += score
        self.minimum, self.maximum = min(self.minimum, score), max(self.maximum, score)


@dataclass(slots=True)
class TenantStatistics:
    """Counts of one tenant."""

    stored: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Stored items by kind (manifest, feedback) and outcome (accepted, duplicate)."""
    passed_over: Counter[str] = field(default_factory=Counter)
    """Spans and log records without an output or a vote, by the value of their Reason."""
    attribute_errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Attributes that were left out, by name and reason."""
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Rejected items by attribute and reason."""
    scores: dict[str, ScoreStatistics] = field(default_factory=dict)
    """Scores of evaluations without a known range, by name."""
    metric_requests: int = 0
    """Requests with metrics, which are not stored."""


class IntakeStatistics:
    """Counts of the most recently active tenants."""

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, TenantStatistics] = OrderedDict()

    def of(self, tenant: str) -> TenantStatistics:
        """Returns the counts of a tenant, which the caller may change."""
        found = self._tenants.setdefault(tenant, TenantStatistics())
        self._tenants.move_to_end(tenant)
        if len(self._tenants) > TENANTS_MAX:
            self._tenants.popitem(last=False)
        return found

    def get(self, tenant: str) -> TenantStatistics:
        """Returns the counts of a tenant for reading; empty ones for a tenant without requests."""
        return self._tenants.get(tenant) or TenantStatistics()

    def add(self, tenant: str, report: Report, stored: Counter[tuple[str, str]]) -> None:
        """Adds the results of a request, here and to the Prometheus metrics."""
        own, converted = self.of(tenant), report.converted
        own.stored.update(stored)
        for reason, count in report.reasons.items():
            own.passed_over[reason.value] += count
            PASSED_OVER.labels(reason.value).inc(count)
        for key, count in converted.attribute_errors.counts.items():
            _add(own.attribute_errors, key, count)
            ATTRIBUTE_ERRORS.labels(key[0]).inc(count)
        for each in report.rejections:
            _add(own.rejections, (each.field, each.why), 1)
        for evaluation in converted.skipped:
            if evaluation.score is not None:
                is_known = evaluation.name in own.scores or len(own.scores) < ENTRIES_MAX
                name = evaluation.name if is_known else OTHER
                own.scores.setdefault(name, ScoreStatistics()).add(evaluation.score)


def _add(counts: Counter[tuple[str, str]], key: tuple[str, str], count: int) -> None:
    is_known = key in counts or len(counts) < ENTRIES_MAX
    counts[key if is_known else (OTHER, "")] += count
