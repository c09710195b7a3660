"""Measured shares of cost and latency, and whether they suffice for a verdict that rests on them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from experiments.analysis.verdict import Analysis, Winner
from splits.model import COST, LATENCY, Experiment, WinnerRule

ANSWERED = "#answered"
"""Name of the metric that counts the manifests of answered outputs."""
SHARE_MIN = 0.9
"""Smallest measured share in each group for a verdict that rests on the metric."""
DIFFERENCE_MIN, QUANTILE = 0.02, 3.29
"""Measured shares of two groups differ if the difference is larger, and significant at p = 0.001 (two-sided z-test)."""

_LABELS = {COST: "cost", LATENCY: "latency"}
_METRIC_OF = {WinnerRule.NON_INFERIOR_CHEAPER: COST, WinnerRule.NON_INFERIOR_FASTER: LATENCY}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOutputs:
    """Answered outputs of a variant in one epoch, and those with a known value of a metric."""

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
    return [
        MeasuredOutputs(
            metric=metric, epoch=epoch, variant=variant, outputs=outputs, measured=counts[epoch, variant, metric]
        )
        for (epoch, variant, name), outputs in sorted(counts.items())
        if name == ANSWERED
        for metric in _LABELS
    ]


def require_measurement(experiment: Experiment, analysis: Analysis, measured: Sequence[MeasuredOutputs]) -> Analysis:
    """Returns the analysis without verdicts that rest on values which are not measured.

    No treatment wins if the metric of the winner rule is not measured. The control still wins, because its win rests on
    the primary metric. The criterion of latency fails if latency is measured in some groups and not in others.
    """
    analysis = _with_latency(analysis, [each for each in measured if each.metric == LATENCY])
    metric = _METRIC_OF.get(experiment.winner_rule)
    if metric is None or analysis.blocked or analysis.winner is Winner.CONTROL:
        return analysis
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
