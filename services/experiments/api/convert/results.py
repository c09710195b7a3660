"""Conversion of assignments and reports to messages."""

from __future__ import annotations

from experiments.analysis.comparisons import Comparison
from experiments.api.convert.definitions import struct, timestamp
from experiments.results.outcomes import UnitCount
from experiments.results.report import Report
from radiant.experiments.v1 import analysis_pb2, experiment_pb2
from splits.assignment import Assignment
from splits.model import Experiment


def assignment_message(experiment: Experiment, assignment: Assignment) -> experiment_pb2.Assignment:
    """Returns the message of an assignment, with the configuration of its variant."""
    message = experiment_pb2.Assignment(
        experiment_id=experiment.experiment_id,
        variant=assignment.variant,
        epoch=experiment.epoch,
        analysed=assignment.is_analysed,
        reason=assignment.reason.value,
    )
    configs = {variant.name: variant.config for variant in experiment.variants}
    if assignment.variant in configs:
        message.config.CopyFrom(struct(configs[assignment.variant]))
    return message


def results_message(report: Report) -> analysis_pb2.Results:
    """Returns the message of a report."""
    analysis, outcomes = report.analysis, report.outcomes
    message = analysis_pb2.Results(
        experiment_id=report.experiment.experiment_id,
        analyze_time=timestamp(report.analysed_at),
        winner=analysis.winner.value,
        winning_variant=analysis.winning_variant,
        should_deploy=analysis.should_deploy,
        may_stop=analysis.may_stop,
        blocked=analysis.blocked,
        comparisons=[_comparison(each) for each in analysis.comparisons],
        excluded_strata=analysis.excluded_strata,
        contaminated_users=outcomes.contaminated_users,
    )
    for (epoch, variant), users in sorted(outcomes.exposed.items()):
        count = outcomes.units.get((epoch, variant), UnitCount())
        message.variants.add(
            variant=variant, epoch=epoch, users=users, units=count.units, positive_units=count.positive
        )
    for ignored in outcomes.ignored:
        message.ignored_outputs.add(reason=ignored.reason, outputs=ignored.outputs, users=ignored.users)
    for each in outcomes.measured:
        message.measured_outputs.add(
            metric=each.metric, variant=each.variant, epoch=each.epoch, outputs=each.outputs, measured=each.measured
        )
    for ratio in analysis.sample_ratios:
        message.sample_ratios.add(epoch=ratio.epoch, p_value=ratio.p_value, alarm=ratio.is_mismatch)
    for criterion in analysis.criteria:
        message.criteria.add(
            name=criterion.name,
            value=criterion.value,
            threshold=criterion.threshold,
            passed=criterion.passed,
            explanation=criterion.explanation,
        )
    return message


def _comparison(comparison: Comparison) -> analysis_pb2.Comparison:
    effect, sequence = comparison.effect, comparison.sequence
    has_control, has_treatment = effect.control_users > 0, effect.treatment_users > 0
    return analysis_pb2.Comparison(
        metric=comparison.metric.name,
        variant=comparison.variant,
        control_mean=effect.control if has_control else None,
        treatment_mean=effect.treatment if has_treatment else None,
        difference=effect.difference if has_control and has_treatment else None,
        lower=effect.low,
        upper=effect.high,
        p_value=effect.p_value,
        p_holm=comparison.p_holm,
        p_benjamini_hochberg=comparison.p_benjamini_hochberg,
        sequence_lower=sequence.low,
        sequence_upper=sequence.high,
        effect_size=effect.effect_size,
        test=effect.test,
        significant_anytime=sequence.excludes(0.0),
    )
