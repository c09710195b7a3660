"""What an analysis says, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from radiant.experiments.v1 import analysis_pb2 as analysis
from radiant.experiments.v1 import experiment_pb2 as experiments


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who wins, and what follows."""

    text: str
    tone: str
    """good, warn or bad, for its colour; empty for none."""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """The comparisons of one metric."""

    metric: str
    better: str
    """Which way is better."""
    guardrail: bool
    figure: str
    """Name of its chart; empty when there is none."""
    comparisons: Sequence[analysis.Comparison]


BUILT_IN = ("positive_rate", "mean_score", "cost", "latency_ms")
LESS_IS_BETTER = ("cost", "latency_ms")


def blocks(it: experiments.Experiment, results: analysis.Results) -> list[Block]:
    """Returns the comparisons by metric, in the order of the analysis."""
    own = {metric.name: metric for metric in it.metrics}
    made: list[Block] = []
    for name in dict.fromkeys(each.metric for each in results.comparisons):
        metric = own.get(name)
        less = metric.direction == experiments.METRIC_DIRECTION_DOWN if metric is not None else name in LESS_IS_BETTER
        found = [each for each in results.comparisons if each.metric == name]
        guardrail = metric is not None and metric.guardrail
        made.append(Block(name, "less" if less else "more", guardrail, f"effect-{len(made)}", found))
    return made


def verdict(it: experiments.Experiment, results: analysis.Results) -> Verdict:
    """Returns the verdict in words."""
    ended = it.state in (experiments.EXPERIMENT_STATE_COMPLETED, experiments.EXPERIMENT_STATE_CANCELLED)
    stop = " The confidence sequence has decided: it may stop now." if results.may_stop else ""
    failed = [each.name.replace("_", " ").replace("guardrail:", "guardrail ") for each in results.criteria]
    failed = [name for name, each in zip(failed, results.criteria, strict=True) if not each.passed]
    if results.blocked:
        return Verdict(
            f"No verdict: {results.blocked}.",
            "bad",
            "The variants did not get the planned shares of users, so no number below can be trusted. Find out who is "
            "missing: exposures that are recorded for one variant alone, a cache, a crash.",
        )
    if results.winner == "treatment" and results.should_deploy:
        advice = "Every criterion holds." + stop + (" A rollout brings it to everybody." if not ended else "")
        return Verdict(f"“{results.winning_variant}” wins and should be deployed.", "good", advice)
    if results.winner == "treatment":
        return Verdict(
            f"“{results.winning_variant}” wins, but should not be deployed yet.",
            "warn",
            f"Missing: {', '.join(failed)}." + stop,
        )
    if results.winner == "control":
        return Verdict("The control wins: every treatment is worse.", "warn", "Keep things as they are." + stop)
    if ended:
        return Verdict("Inconclusive: no difference was shown.", "", "That is not a proof that there is none.")
    advice = f"Missing: {', '.join(failed)}." if failed else ""
    return Verdict("No verdict yet: the confidence sequence still includes no difference.", "", advice)
