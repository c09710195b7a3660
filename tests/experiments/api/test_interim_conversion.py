"""Stored form of interim results, which earlier versions of the service have written as well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from experiments.api.convert.interim import interim_message, serialize
from experiments.results.interim import InterimResult
from experiments.results.outcomes import ExposureCount, Outcomes, analyse_outcomes
from experiments.results.report import Report
from radiant.experiments.v1 import analysis_pb2
from splits.model import Experiment, State, Variant
from tests.experiments.fixtures.summaries import rate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STORED = bytes.fromhex(
    "12350a0d706f7369746976655f7261746512036e657719989999999999a93f210083efc5d219703f2968a13a6dfc97b83f30ed0738e907"
)


def comparison(content: bytes) -> analysis_pb2.LookedComparison:
    """Returns the only comparison of a stored interim result."""
    message = interim_message(InterimResult(recorded_at=NOW, content=content))
    assert message.take_time.ToDatetime(UTC) == NOW
    (found,) = message.comparisons
    return found


def test_stored_interim_result_is_readable() -> None:
    found = comparison(STORED)
    assert (found.metric, found.variant, found.control_users, found.treatment_users) == (
        "positive_rate",
        "new",
        1005,
        1001,
    )
    bounds = (found.difference, found.sequence_lower, found.sequence_upper)
    assert bounds == pytest.approx((0.05, 0.003931, 0.096069), abs=5e-7)


def test_serialized_report_has_the_stored_form() -> None:
    experiment = Experiment(
        experiment_id="e", state=State.RUNNING, variants=(Variant(name="control"), Variant(name="new"))
    )
    outcomes = Outcomes(
        summaries=[rate("control", 100, 1000), rate("new", 150, 1000)],
        exposures=[
            ExposureCount(epoch=epoch, variant=variant, stratum="", users=users)
            for epoch, variant, users in ((1, "control", 1000), (1, "new", 1001), (2, "control", 5))
        ],
        units={},
    )
    analysis = analyse_outcomes(experiment, outcomes, NOW, {})
    content = serialize(Report(experiment=experiment, outcomes=outcomes, analysis=analysis, analysed_at=NOW))
    assert len(content) == len(STORED)
    found, stored = comparison(content), comparison(STORED)
    for field in stored.DESCRIPTOR.fields:
        value = getattr(stored, field.name)
        expected = pytest.approx(value) if isinstance(value, float) else value
        assert getattr(found, field.name) == expected, field.name
