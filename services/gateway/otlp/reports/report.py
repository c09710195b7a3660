"""The report of a request: rejections, spans without an output, and attributes that were left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.otlp.convert.items import ConvertedRequest, Rejection
from gateway.otlp.convert.operations import DESCRIPTIONS, Reason

REJECTIONS_SHOWN_MAX, ATTRIBUTES_SHOWN_MAX, ERROR_MESSAGE_CHARACTERS_MAX = 5, 10, 2000


@dataclass(frozen=True, slots=True)
class Report:
    """The parts of a request that were not stored."""

    converted: ConvertedRequest
    rejections: Sequence[Rejection]
    scores_left_out: int = 0
    """Evaluation scores over the limit of the tenant."""

    @property
    def reasons(self) -> Counter[Reason]:
        """Number of spans and log records without an output, and of evaluations that are no vote, by reason."""
        skipped = Counter(each.reason for each in self.converted.skipped)
        return self.converted.passed_over + skipped + Counter({Reason.SCORE_LIMIT: self.scores_left_out})

    @property
    def rejected_items(self) -> int:
        """Number of spans or log records with a rejection."""
        return len({each.position.index for each in self.rejections})


def error_message(report: Report) -> str:
    """Returns the message of the partial success; empty if all spans and log records of generative AI were stored.

    The message is a warning if nothing was rejected. Spans without an attribute of generative AI cause no warning,
    because applications send all their spans.
    """
    has_warning = bool(report.reasons.keys() - {Reason.NOT_GENERATIVE_AI} or report.converted.attribute_errors.counts)
    if not report.rejections and not has_warning:
        return ""
    return "; ".join(_parts(report))[:ERROR_MESSAGE_CHARACTERS_MAX]


def _parts(report: Report) -> Iterator[str]:
    yield from (str(each) for each in report.rejections[:REJECTIONS_SHOWN_MAX])
    if (more := len(report.rejections) - REJECTIONS_SHOWN_MAX) > 0:
        yield f"and {more} more"
    counts = report.converted.attribute_errors.counts
    for (name, why), count in counts.most_common(ATTRIBUTES_SHOWN_MAX):
        yield f"attribute {name} left out {_times(count)}: {why}"
    if (more := len(counts) - ATTRIBUTES_SHOWN_MAX) > 0:
        yield f"and {more} more attributes"
    for reason, count in report.reasons.most_common():
        result = "stored as a score and not as a vote" if reason is Reason.NO_RANGE else "not stored"
        yield f"{result} {_times(count)}: {DESCRIPTIONS[reason]}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
