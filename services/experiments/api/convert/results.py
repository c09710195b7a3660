"""Assignments and analyses out."""

from __future__ import annotations

from datetime import datetime

from experiments.analysis.comparisons import Comparison
from experiments.analysis.verdict import Analysis
from experiments.api.convert.definitions import struct, timestamp
from experiments.results.outcomes import Gathered
from radiant.experiments.v1 import analysis_pb2, experiment_pb2
from splits.assignment import Assignment
from splits.model import Experiment


def assignment(experiment: Experiment, made: Assignment) -> experiment_pb2.Assignment:
    """Renders what a user sees."""
    message = experiment_pb2.Assignment(
        experiment_id=experiment.experiment_id,
        variant=made.variant,
        epoch=experiment.epoch,
        analysed=made.analysed,
        reason=made.reason.value,
    )
    configs = {variant.name: variant.config for variant in experiment.variants}
    if made.variant in configs:
        message.config.CopyFrom(struct(configs[made.variant]))
    return message


def results(experiment: Experiment, gathered: Gathered, analysis: Analysis, now: datetime) -> analysis_pb2.Results:
    """Renders an analysis."""
    message = analysis_pb2.Results(
        experiment_id=experiment.experiment_id,
        analyze_time=timestamp(now),
        winner=analysis.winner.value,
        winning_variant=analysis.winning_variant,
        should_deploy=analysis.should_deploy,
        may_stop=analysis.may_stop,
        blocked=analysis.blocked,
        comparisons=[_comparison(each) for each in analysis.comparisons],
    )
    units = {(epoch, variant): (count, positive) for epoch, variant, count, positive in gathered.units}
    for epoch, variant, users in gathered.exposed:
        count, positive = units.get((epoch, variant), (0, 0))
        message.variants.add(variant=variant, epoch=epoch, users=users, units=count, positive_units=positive)
    for ratio in analysis.sample_ratios:
        message.sample_ratios.add(epoch=ratio.epoch, p_value=ratio.p_value, alarm=ratio.alarm)
    for criterion in analysis.criteria:
        message.criteria.add(
            name=criterion.name,
            value=criterion.value,
            threshold=criterion.threshold,
            passed=criterion.passed,
            explanation=criterion.explanation,
        )
    return message


def _comparison(each: Comparison) -> analysis_pb2.Comparison:
    effect, sequence = each.effect, each.sequence
    return analysis_pb2.Comparison(
        metric=each.metric.name,
        variant=each.variant,
        control_mean=effect.control,
        treatment_mean=effect.treatment,
        difference=effect.difference,
        lower=effect.low,
        upper=effect.high,
        p_value=effect.p_value,
        p_holm=each.p_holm,
        p_benjamini_hochberg=each.p_benjamini_hochberg,
        sequence_lower=sequence.low,
        sequence_upper=sequence.high,
        effect_size=effect.effect_size,
        test=effect.test,
        significant_anytime=sequence.low > 0 or sequence.high < 0,
    )
