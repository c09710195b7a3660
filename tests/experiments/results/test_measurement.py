"""Unknown costs and failed calls in results: they count in no mean, and decide no experiment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from experiments.analysis.verdict import Winner, analyse
from experiments.results.measurement import ANSWERED, measured_outputs, require_measurement
from radiant.experiments.v1 import experiment_pb2
from splits.model import Experiment, Variant, WinnerRule
from tests.experiments.fixtures.exposures import comparison
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import ExperimentsService, draft

CHEAPER = experiment_pb2.WINNER_RULE_NOT_INFERIOR_CHEAPER
_COSTS = """
UPDATE ingest.execution_manifests SET total_cost = 0.01 * (1 + (ascii(output_id) % 5 - 2) / 100.0)
  * CASE variant WHEN 'control' THEN 1 ELSE 0.5 END
"""
_FORGET = """
UPDATE ingest.execution_manifests SET total_cost = NULL WHERE (tenant_id, output_id) IN (
  SELECT tenant_id, output_id FROM ingest.execution_manifests WHERE variant = $1 ORDER BY output_id LIMIT $2)
"""
_FAIL = """
UPDATE ingest.execution_manifests SET outcome = 'error', error_type = '', error_message = '', total_latency_ms = 1
WHERE (tenant_id, output_id) IN (
  SELECT tenant_id, output_id FROM ingest.execution_manifests WHERE variant = $1 ORDER BY output_id LIMIT $2)
"""


async def equal_quality(service: ExperimentsService, users: int = 400) -> str:
    """Starts an experiment with equal quality in which the treatment costs half, and returns its identifier."""
    started = await service.started(draft(winner_rule=CHEAPER))
    for variant in ("control", "treatment"):
        recorder = FeedbackRecorder(service.connection)
        await recorder.add_users(started.experiment_id, variant, users, users * 99 // 100)
    await service.rows(_COSTS)
    return str(started.experiment_id)


def measured(results: Any) -> dict[tuple[str, str], tuple[int, int]]:
    """Returns the measured outputs and all outputs by metric and variant."""
    return {(each.metric, each.variant): (each.measured, each.outputs) for each in results.measured_outputs}


async def test_unmeasured_cost_of_treatment_gives_no_winner(service: ExperimentsService) -> None:
    experiment_id = await equal_quality(service)
    results = await service.results(experiment_id)
    assert (results.winner, results.blocked) == ("treatment", "")
    await service.rows(_FORGET, "treatment", 400)
    results = await service.results(experiment_id)
    assert (results.winner, results.winning_variant, results.should_deploy) == ("inconclusive", "", False)
    assert results.blocked.startswith("cost not measured: known for control 100%, treatment 0% of the outputs")
    assert not results.may_stop
    assert measured(results)["cost", "treatment"] == (0, 400)
    assert measured(results)["latency_ms", "treatment"] == (400, 400)
    await service.rows("UPDATE ingest.execution_manifests SET total_cost = 0 WHERE variant = 'treatment'")
    results = await service.results(experiment_id)
    assert (results.winner, results.blocked) == ("treatment", "")


async def test_mean_cost_counts_measured_outputs_only(service: ExperimentsService) -> None:
    experiment_id = await equal_quality(service)
    before = comparison(await service.results(experiment_id), "cost")
    await service.rows(_FORGET, "treatment", 200)
    results = await service.results(experiment_id)
    found = comparison(results, "cost")
    assert before.treatment_mean == pytest.approx(0.005, rel=0.02)
    assert found.treatment_mean == pytest.approx(before.treatment_mean, rel=0.02)
    assert "cost not measured" in results.blocked
    assert measured(results)["cost", "treatment"] == (200, 400)
    assert measured(results)["cost", "control"] == (400, 400)


async def test_latency_measured_in_one_group_fails_the_criterion(service: ExperimentsService) -> None:
    experiment_id = await equal_quality(service, 100)
    forget = "UPDATE ingest.execution_manifests SET total_latency_ms = NULL WHERE variant = 'treatment'"
    for passed, query in ((True, "SELECT 1"), (False, forget), (True, forget.replace("treatment", "control"))):
        await service.rows(query)
        results = await service.results(experiment_id)
        (criterion,) = [each for each in results.criteria if each.name == "latency"]
        assert (criterion.passed, "not measured in every group" in criterion.explanation) == (passed, not passed)


async def test_failed_calls_have_no_latency_cost_or_score(service: ExperimentsService) -> None:
    experiment_id = await equal_quality(service, 100)
    await service.rows(_FAIL, "treatment", 60)
    results = await service.results(experiment_id)
    assert comparison(results, "latency_ms").treatment_mean == pytest.approx(100, rel=0.02)
    assert measured(results)["cost", "treatment"] == (40, 40)
    assert {each.variant: (each.users, each.units) for each in results.variants} == {
        "control": (100, 100), "treatment": (100, 40)
    }  # fmt: skip


async def test_treatment_whose_calls_fail_more_often_does_not_win(service: ExperimentsService) -> None:
    experiment_id = await equal_quality(service)
    await service.rows(_FAIL, "treatment", 200)
    results = await service.results(experiment_id)
    assert (results.winner, results.should_deploy, results.may_stop) == ("inconclusive", False, False)
    assert results.blocked == "calls of treatment fail more often: 50% answered, 100% in control"
    assert measured(results)["answered", "treatment"] == (200, 400)
    await service.rows("UPDATE ingest.execution_manifests SET outcome = 'cancelled' WHERE outcome = 'error'")
    results = await service.results(experiment_id)
    assert (results.winner, results.blocked) == ("treatment", "")
    assert measured(results)["answered", "treatment"] == (200, 200)
    await service.rows("UPDATE ingest.execution_manifests SET outcome = NULL")
    await service.rows(_FAIL, "control", 200)
    assert (await service.results(experiment_id)).winner == "treatment"


def blocked(rule: WinnerRule, *units: tuple[str, str, int], winner: str = "treatment") -> str:
    """Returns the reason against a verdict, for numbers of outputs by variant and metric."""
    experiment = Experiment(
        experiment_id="e", variants=(Variant(name="control"), Variant(name="treatment")), winner_rule=rule
    )
    analysis = analyse(experiment, [], {}, datetime.now(UTC))
    decided = replace(analysis, winner=Winner(winner), winning_variant=winner)
    found = measured_outputs((1, variant, metric, count) for variant, metric, count in units)
    result = require_measurement(experiment, decided, found)
    assert (result.winner is Winner.INCONCLUSIVE) == bool(result.blocked)
    return result.blocked


@pytest.mark.parametrize(
    ("control", "treatment", "reason"),
    [
        ((1000, 1000), (1000, 1000), ""),
        ((1000, 910), (1000, 905), ""),
        ((1000, 899), (1000, 899), "cost not measured"),
        ((1000, 1000), (1000, 930), "cost not measured for similar shares"),
        ((50, 50), (50, 46), ""),
        ((10**6, 10**6), (10**6, 985_000), ""),
    ],
)
def test_low_or_different_measured_shares_block_the_verdict(
    control: tuple[int, int], treatment: tuple[int, int], reason: str
) -> None:
    units = [
        (variant, metric, count)
        for variant, counts in (("control", control), ("treatment", treatment))
        for metric, count in zip((ANSWERED, "cost"), counts, strict=True)
    ]
    assert blocked(WinnerRule.NON_INFERIOR_CHEAPER, *units).startswith(reason)
    assert bool(blocked(WinnerRule.NON_INFERIOR_CHEAPER, *units)) == bool(reason)
    assert blocked(WinnerRule.SUPERIORITY, *units) == ""
    assert blocked(WinnerRule.NON_INFERIOR_CHEAPER, *units, winner="control") == ""
    assert blocked(WinnerRule.NON_INFERIOR_FASTER, *units).startswith("latency not measured: known for control 0%")
