"""Verdict of an experiment: the result of its analysis in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.console.charts.experiment_effects import metric_label
from radiant.experiments.v1 import analysis_pb2 as analysis
from radiant.experiments.v1 import experiment_pb2 as experiments

_MEASURED = {
    "cost": "Cost of {}: measured for {} of {} outputs.",
    "latency_ms": "Latency of {}: measured for {} of {} outputs.",
    "answered": "Calls of {}: {} of {} answered.",
}
_IGNORED_REASONS = {
    "no_user": "they have no user",
    "not_running": "the experiment did not run at their time",
    "not_covered": "the experiment does not cover their tenant, task or domain",
    "other_variant": "they name another variant than the one assigned to their user",
    "contaminated": "their user has another output with a variant that is not the assigned one",
}
_ENDED = (experiments.EXPERIMENT_STATE_COMPLETED, experiments.EXPERIMENT_STATE_CANCELLED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of an analysis with a recommendation."""

    text: str
    tone: str
    """Colour class: good, warn or bad; empty for neutral."""
    advice: str = ""


def criterion_label(name: str) -> str:
    """Returns the name of a deployment criterion as text: `guardrail:latency_ms` is `guardrail latency (ms)`."""
    kind, _, metric = name.partition(":")
    return f"{kind} {metric_label(metric)}" if metric else kind.replace("_", " ")


def excluded_sentences(results: analysis.Results) -> list[str]:
    """Returns a sentence for each kind of outputs and tenants that the analysis leaves out."""
    sentences = [
        f"Ignored outputs: {each.outputs:,} (users: {each.users:,}), because"
        f" {_IGNORED_REASONS.get(each.reason, each.reason)}."
        for each in results.ignored_outputs
    ]
    sentences += [
        _MEASURED[metric].format(variant, measured, outputs)
        for (metric, variant), (measured, outputs) in _incomplete(results).items()
        if metric in _MEASURED
    ]
    if results.contaminated_users:
        sentences.append(
            "Users who saw a variant that the assignment does not give them are not compared. Number of these users:"
            f" {results.contaminated_users}."
        )
    if results.excluded_strata:
        sentences.append(
            "Tenants left out because of a sample ratio mismatch or too few users in a group:"
            f" {results.excluded_strata}."
        )
    return sentences


def _incomplete(results: analysis.Results) -> dict[tuple[str, str], tuple[int, int]]:
    """Returns measured and all outputs by metric and variant, over all epochs, where some are not measured."""
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for each in results.measured_outputs:
        measured, outputs = counts.get((each.metric, each.variant), (0, 0))
        counts[each.metric, each.variant] = measured + each.measured, outputs + each.outputs
    return {key: (measured, outputs) for key, (measured, outputs) in counts.items() if measured < outputs}


def verdict_of(experiment: experiments.Experiment, results: analysis.Results) -> Verdict:
    """Returns the verdict for the results of an experiment."""
    has_ended = experiment.state in _ENDED
    stop = " The confidence sequence excludes 0: you can complete the experiment now." if results.may_stop else ""
    unmet = ", ".join(criterion_label(each.name) for each in results.criteria if not each.passed)
    unmet_advice = f"Criteria not met: {unmet}." if unmet else ""
    if "not measured" in results.blocked:
        return Verdict(
            f"No verdict: {results.blocked}.",
            "bad",
            "The winner rule compares values that many outputs do not state. Record them in the manifests or with "
            "RecordOutcome.",
        )
    if "fail more often" in results.blocked:
        return Verdict(
            f"No verdict: {results.blocked}.",
            "bad",
            "Failed calls count in no metric, so that the other calls do not show the loss. Find the cause of the "
            "errors.",
        )
    if results.blocked:
        return Verdict(
            f"No verdict: {results.blocked}.",
            "bad",
            "The variants did not receive the planned shares of users, so the results are not reliable. Check whether "
            "exposures are missing for one variant, for example because of a cache or a crash.",
        )
    if results.winner == "treatment" and results.should_deploy:
        advice = "All deployment criteria are met." + stop
        if not has_ended:
            advice += " Start a rollout to deploy the treatment to all users."
        return Verdict(f"Treatment “{results.winning_variant}” wins and is ready for deployment.", "good", advice)
    if results.winner == "treatment":
        return Verdict(
            f"Treatment “{results.winning_variant}” wins, but is not ready for deployment.", "warn", unmet_advice + stop
        )
    if results.winner == "control":
        return Verdict(
            "The control wins: every treatment is significantly worse.",
            "warn",
            "Keep the current configuration." + stop,
        )
    if has_ended:
        return Verdict(
            "Inconclusive: no significant difference was found.", "", "This does not prove that there is no difference."
        )
    return Verdict("No verdict yet: the confidence sequence includes 0.", "", unmet_advice)
