"""Numbers of results that the outcomes do not determine are absent."""

from __future__ import annotations

from radiant.experiments.v1 import analysis_pb2, experiment_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.fixtures.exposures import comparison
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import ExperimentsService, draft, new_id
from tests.experiments.fixtures.users import first_users

UNKNOWN_WITHOUT_VARIANCE = ("lower", "upper", "sequence_lower", "sequence_upper", "effect_size")


def present(message: analysis_pb2.Comparison) -> set[str]:
    """Returns the names of the fields that have a value."""
    return {field.name for field, _ in message.ListFields()}


async def test_results_of_one_user_per_variant_have_no_interval(service: ExperimentsService) -> None:
    experiment_id = (await service.started()).experiment_id
    recorder = FeedbackRecorder(service.connection)
    for number, variant in enumerate(("control", "treatment")):
        (user,) = await first_users(service.connection, experiment_id, variant, 1)
        output = await recorder.output(user, experiment_id, variant, 1, latency=100.0 + 900 * number)
        await recorder.vote(output, user, 1)
    results = await service.results(experiment_id)
    assert {each.metric for each in results.comparisons} >= {"positive_rate", "cost", "latency_ms"}
    for each in results.comparisons:
        assert not present(each) & set(UNKNOWN_WITHOUT_VARIANCE), each.metric
        assert each.p_value == 1
        assert not each.significant_anytime
    assert comparison(results, "latency_ms").difference == 900


async def test_results_without_outcomes_have_no_means(service: ExperimentsService) -> None:
    found = comparison(await service.results((await service.started()).experiment_id), "positive_rate")
    fields = ("control_mean", "treatment_mean", "difference", *UNKNOWN_WITHOUT_VARIANCE)
    assert not present(found) & set(fields)


async def test_constant_lower_cost_with_equal_quality_wins_in_results(service: ExperimentsService) -> None:
    rule = experiment_pb2.WINNER_RULE_NOT_INFERIOR_CHEAPER
    experiment_id = (await service.started(draft(winner_rule=rule))).experiment_id
    recorder = FeedbackRecorder(service.connection)
    for variant in ("control", "treatment"):
        await recorder.add_users(experiment_id, variant, 150, 150)
    await service.rows(
        "UPDATE ingest.execution_manifests SET total_cost = CASE variant WHEN 'control' THEN 0.010 ELSE 0.005 END"
    )
    running = await service.results(experiment_id)
    await service.call(
        "CompleteExperiment", pb.CompleteExperimentRequest(request_id=new_id(), experiment_id=experiment_id)
    )
    for results in (running, await service.results(experiment_id)):
        assert (results.winner, results.winning_variant) == ("treatment", "treatment")
        cost = comparison(results, "cost")
        assert cost.lower < cost.difference < cost.upper < 0
        assert cost.sequence_lower < cost.difference < cost.sequence_upper < 0
        assert not cost.HasField("effect_size")
