"""Answered shares of calls, measured shares of cost and latency, and whether they allow a verdict for a treatment."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from experiments.analysis.verdict import Analysis, Winner
from splits.model import COST, LATENCY, Experiment, WinnerRule

ANSWERED = "#answered"
"""Name of the metric that counts the manifests of answered outputs."""
CALLS = "#calls"
"""Name of the metric that counts the manifests of outputs whose call was not cancelled."""
ANSWERED_CALLS = "answered"
"""Name under which results state the answered calls."""
SHARE_MIN = 0.9
"""Smallest measured share in each group for a verdict that rests on the metric."""
DIFFERENCE_MIN, QUANTILE = 0.02, 3.29
"""Measured shares of two groups differ if the difference is larger, and significant at p = 0.001 (two-sided z-test)."""

_LABELS = {COST: "cost", LATENCY: "latency"}
_METRIC_OF = {WinnerRule.NON_INFERIOR_CHEAPER: COST, WinnerRule.NON_INFERIOR_FASTER: LATENCY}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOutputs:
    """Answered outputs of a variant in one epoch, and those with a known value of a metric.

    For the metric ANSWERED_CALLS, all calls that were not cancelled, and those that answered.
    """

    metric: str
    epoch: int
    variant: str
    outputs: int
    measured: int


def measured_outputs(units: Iterable[tuple[int, str, str, int]]) -> list[MeasuredOutputs]:
    """Returns the measured outputs from numbers of outputs by (epoch, variant, metric)."""
    counts: Counter[tuple[int, str, str]] = Counter()
    for epoch, variant, metric, outputs in units:
        counts[epoch, variant, metric] += outputs
    parts = {ANSWERED: tuple((metric, metric) for metric in _LABELS), CALLS: ((ANSWERED_CALLS, ANSWERED),)}
    return [
        MeasuredOutputs(
            metric=metric, epoch=epoch, variant=variant, outputs=outputs, measured=counts[epoch, variant, counted]
        )
        for (epoch, variant, name), outputs in sorted(counts.items())
        for metric, counted in parts.get(name, ())
    ]


def require_measurement(experiment: Experiment, analysis: Analysis, measured: Sequence[MeasuredOutputs]) -> Analysis:
    """Returns the analysis without verdicts that rest on values which are not measured.

    No treatment wins if its calls fail more often than those of the control, because failed calls count in no metric,
    or if the metric of the winner rule is not measured. The control still wins, because its win rests on the primary
    metric. The criterion of latency fails if latency is measured in some groups and not in others.
    """
    analysis = _with_latency(analysis, [each for each in measured if each.metric == LATENCY])
    if analysis.blocked or analysis.winner is Winner.CONTROL:
        return analysis
    metric = _METRIC_OF.get(experiment.winner_rule)
    reason = failing(experiment, measured, analysis.winning_variant) if analysis.winning_variant else ""
    if not reason and metric is not None:
        reason = _missing(experiment, metric, [each for each in measured if each.metric == metric])
    if not reason:
        return analysis
    return replace(
        analysis,
        winner=Winner.INCONCLUSIVE,
        winning_variant="",
        should_deploy=False,
        may_stop=False,
        blocked=reason,
    )


def failing(experiment: Experiment, measured: Sequence[MeasuredOutputs], variant: str) -> str:
    """Returns that calls of a treatment fail more often than those of the control, as text; empty if they do not."""
    outputs, known = _counts([each for each in measured if each.metric == ANSWERED_CALLS])
    control = experiment.control.name
    if not outputs[control] or not outputs[variant]:
        return ""
    shares = [known[name] / outputs[name] for name in (control, variant)]
    if shares[1] >= shares[0] or not _differ(known[control], outputs[control], known[variant], outputs[variant]):
        return ""
    return f"calls of {variant} fail more often: {shares[1]:.0%} answered, {shares[0]:.0%} in {control}"


def _missing(experiment: Experiment, metric: str, measured: Sequence[MeasuredOutputs]) -> str:
    """Returns why the metric is not measured well enough; empty if it is, and without any output."""
    outputs, known = _counts(measured)
    shares = {name: known[name] / outputs[name] for name in outputs}
    text = ", ".join(f"{name} {share:.0%}" for name, share in sorted(shares.items()))
    if any(share < SHARE_MIN for share in shares.values()):
        return f"{_LABELS[metric]} not measured: known for {text} of the outputs, at least {SHARE_MIN:.0%} needed"
    control = experiment.control.name
    for name in shares.keys() - {control}:
        if control in shares and _differ(known[control], outputs[control], known[name], outputs[name]):
            return f"{_LABELS[metric]} not measured for similar shares of the outputs: {text}"
    return ""


def _with_latency(analysis: Analysis, measured: Sequence[MeasuredOutputs]) -> Analysis:
    outputs, known = _counts(measured)
    shares = [known[name] / outputs[name] for name in outputs]
    if not any(shares) or min(shares) >= SHARE_MIN:
        return analysis
    criteria = tuple(
        replace(each, value=0.0, passed=False, explanation="not measured in every group")
        if each.name == "latency"
        else each
        for each in analysis.criteria
    )
    return replace(
        analysis, criteria=criteria, should_deploy=analysis.should_deploy and all(each.passed for each in criteria)
    )


def _counts(measured: Sequence[MeasuredOutputs]) -> tuple[Counter[str], Counter[str]]:
    """Returns all outputs and the measured ones by variant, over all epochs."""
    outputs, known = Counter[str](), Counter[str]()
    for each in measured:
        outputs[each.variant] += each.outputs
        known[each.variant] += each.measured
    return outputs, known


def _differ(known_a: int, outputs_a: int, known_b: int, outputs_b: int) -> bool:
    """Returns whether two measured shares differ, by the pooled z-test of two proportions."""
    difference = abs(known_a / outputs_a - known_b / outputs_b)
    pooled = (known_a + known_b) / (outputs_a + outputs_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / outputs_a + 1 / outputs_b))
    return difference >= DIFFERENCE_MIN and difference > QUANTILE * error
