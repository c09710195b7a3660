"""Outcomes in results, compared with independent computations."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy.stats import ttest_ind

from neural.domain.trust.rater_trust import TRUST_NEUTRAL
from radiant.experiments.v1 import experiment_pb2
from tests.experiments.fixtures.exposures import comparison, exposure, record
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import OPERATOR, ExperimentsService, draft
from tests.experiments.fixtures.users import first_users

SENTIMENTS = {"copy_response": 0.7, "regenerate": -0.8, "abandon_mid_response": -0.7, "scroll_to_end": 0.2}


async def test_client_metric_is_compared_in_results(service: ExperimentsService) -> None:
    metric = experiment_pb2.Metric(name="length", direction=experiment_pb2.METRIC_DIRECTION_DOWN)
    started = await service.started(draft(metrics=[metric]))
    recorder, values = FeedbackRecorder(service.connection), {"control": [4.0, 6.0, 8.0], "treatment": [1.0, 2.0, 3.0]}
    for variant, numbers in values.items():
        users = await first_users(service.connection, started.experiment_id, variant, len(numbers))
        for number, (user, value) in enumerate(zip(users, numbers, strict=True)):
            named = (started.experiment_id, variant, 1) if number else (None, "", 0)
            output = await recorder.output(user, *named)
            measured = exposure(started.experiment_id, user, variant, output_id=output, metrics={"length": value})
            assert await record(service, measured) == (1, 0)
            assert await record(service, measured) == (0, 1)
    found = comparison(await service.results(started.experiment_id), "length")
    assert [found.control_mean, found.treatment_mean] == pytest.approx([6, 2])


async def test_client_metric_with_built_in_name_is_ignored(service: ExperimentsService) -> None:
    started = await service.started()
    recorder = FeedbackRecorder(service.connection)
    for variant in ("control", "treatment"):
        for number, user in enumerate(await first_users(service.connection, started.experiment_id, variant, 3)):
            output = await recorder.output(user, latency=50 + number)
            measured = {"latency_ms": 1e6, "positive_rate": 1.0, "cost": -5.0}
            await record(service, exposure(started.experiment_id, user, variant, output_id=output, metrics=measured))
    results = await service.results(started.experiment_id)
    assert comparison(results, "latency_ms").control_mean == pytest.approx(51)
    assert comparison(results, "cost").control_mean == pytest.approx(1)
    assert sum(each.units for each in results.variants) == 0


@pytest.mark.parametrize("value", [1.7976931348623157e308, -1.7976931348623157e308, 5e-324])
async def test_results_with_extreme_values_are_finite(service: ExperimentsService, value: float) -> None:
    metric = experiment_pb2.Metric(name="length", direction=experiment_pb2.METRIC_DIRECTION_UP, guardrail=True)
    started = await service.started(draft(metrics=[metric]))
    recorder = FeedbackRecorder(service.connection)
    for variant in ("control", "treatment"):
        for number, user in enumerate(await first_users(service.connection, started.experiment_id, variant, 4)):
            output = await recorder.output(user, latency=abs(value), cost=abs(value))
            for place in (output, ""):
                measured = exposure(started.experiment_id, user, variant, output_id=place, metrics={"length": 1.0})
                assert await record(service, measured) == (1, 0)
                await service.rows(  # a value that an earlier version accepted
                    "UPDATE experiments.exposures SET metrics = jsonb_build_object('length', $1::float8)"
                    " WHERE user_id = $2",
                    value / (1 + number),
                    user,
                )
    results = await service.results(started.experiment_id)
    for each in results.comparisons:
        for field, found in each.ListFields():
            assert not isinstance(found, float) or math.isfinite(found), (each.metric, field.name)


async def test_outcomes_equal_independent_computation(service: ExperimentsService) -> None:
    started = await service.started(draft(forced_variants={"tester": "treatment"}))
    generator, recorder = random.Random(7), FeedbackRecorder(service.connection)
    users = {
        variant: await first_users(service.connection, started.experiment_id, variant, 30)
        for variant in ("control", "treatment")
    }
    sums: dict[str, dict[str, list[float]]] = {}
    counted: dict[str, list[int]] = {"control": [0, 0], "treatment": [0, 0]}
    for number in range(60):
        variant = ("control", "treatment")[number % 2]
        user = "tester" if number in (11, 13) else users[variant][number // 2]
        trust = generator.choice([None, 0.0, 0.3, 0.9])
        if trust is not None and user != "tester":
            await recorder.trust(user, trust)
        for _ in range(generator.randint(1, 3)):
            has_manifest, cost, latency = generator.random() < 0.5, generator.random(), 100 * generator.random()
            named, epoch = (started.experiment_id, 1) if has_manifest else (None, 0)
            output = await recorder.output(user, named, variant if named else "", epoch, latency=latency, cost=cost)
            if not has_manifest or generator.random() < 0.3:
                await record(service, exposure(started.experiment_id, user, variant, output_id=output))
            rating = generator.choice([None, -1, 0, 1])
            signals = generator.sample(sorted(SENTIMENTS), generator.randint(0, 2))
            if rating is not None:
                await recorder.vote(output, user, rating)
            for kind in signals:
                await recorder.signal(output, user, kind)
                await recorder.signal(output, user, kind)
            if user == "tester":
                continue
            weight = min(max(TRUST_NEUTRAL if trust is None else trust, 0.1), 1.0)
            add_outcome(sums, "cost", variant, cost, 1)
            add_outcome(sums, "latency_ms", variant, latency, 1)
            score = weighted_score(rating, [SENTIMENTS[kind] for kind in signals], weight)
            if score is not None:
                add_outcome(sums, "mean_score", variant, (score + 1) / 2, weight)
                add_outcome(sums, "positive_rate", variant, float(score > 0), weight)
                counted[variant][0] += 1
                counted[variant][1] += score > 0
    results = await service.results(started.experiment_id)
    for metric, by_variant in sums.items():
        found = comparison(results, metric)
        for variant, mean in (("control", found.control_mean), ("treatment", found.treatment_mean)):
            assert mean == pytest.approx(by_variant[variant][0] / by_variant[variant][1]), (metric, variant)
    counts_by_variant = {each.variant: [each.units, each.positive_units] for each in results.variants}
    assert counts_by_variant == counted
    assert {each.variant: each.users for each in results.variants} == {"control": 30, "treatment": 28}


def weighted_score(rating: int | None, sentiments: list[float], weight: float) -> float | None:
    """Returns the weighted score of a unit: the weight of a vote is 3 times the trust, that of signals 1."""
    parts = [] if rating is None else [(3 * weight, float(rating))]
    if sentiments:
        parts.append((1.0, sum(sentiments) / len(sentiments)))
    return sum(w * value for w, value in parts) / sum(w for w, _ in parts) if parts else None


def add_outcome(
    sums: dict[str, dict[str, list[float]]], metric: str, variant: str, value: float, weight: float
) -> None:
    """Adds a weighted outcome to the sums by metric and variant."""
    entry = sums.setdefault(metric, {}).setdefault(variant, [0.0, 0.0])
    entry[0] += weight * value
    entry[1] += weight


async def test_unit_with_exposures_in_two_epochs_counts_in_the_first(service: ExperimentsService) -> None:
    started = await service.started()
    await service.edited(started, traffic_percentage=0.2)
    (user,) = await first_users(service.connection, started.experiment_id, "treatment", 1, epoch=2)
    output = await FeedbackRecorder(service.connection).output(user)
    await FeedbackRecorder(service.connection).vote(output, user, 1)
    both = [exposure(started.experiment_id, user, output_id=output, epoch=epoch) for epoch in (1, 2)]
    assert await record(service, *both) == (2, 0)
    results = await service.results(started.experiment_id)
    assert [(each.epoch, each.units) for each in results.variants] == [(1, 1), (2, 0)]


async def test_retracted_feedback_is_not_counted(service: ExperimentsService) -> None:
    started = await service.started()
    recorder = FeedbackRecorder(service.connection)
    await recorder.add_users(started.experiment_id, "treatment", 3, 2)
    assert (await service.results(started.experiment_id)).variants[0].positive_units == 2
    await service.rows(
        "INSERT INTO ingest.retractions (tenant_id, output_id, user_id, explicit_until, implicit_until, voice_until)"
        " SELECT tenant_id, output_id, user_id, now(), now(), now() FROM ingest.explicit_feedback"
    )
    counts = (await service.results(started.experiment_id)).variants[0]
    assert (counts.users, counts.units, counts.positive_units) == (3, 0, 0)


def limited(users: dict[str, list[tuple[float, float]]], is_bounded: bool) -> dict[str, float]:
    """Returns the mean by variant: weights and absolute means of users limited at the pooled 99th percentiles.

    `users` contains the total and the weight of each user, by variant.
    """
    pooled = [each for group in users.values() for each in group]
    weights = sorted(m for _, m in pooled)
    means = sorted(abs(y / m) for y, m in pooled if y)
    weight_max = weights[math.ceil(0.99 * len(weights)) - 1]
    mean_max = math.inf if is_bounded else means[math.ceil(0.99 * len(means)) - 1]
    found = {}
    for variant, group in users.items():
        kept = [(min(max(y / m, -mean_max), mean_max), min(m, weight_max)) for y, m in group]
        found[variant] = sum(mean * m for mean, m in kept) / sum(m for _, m in kept)
    return found


async def test_outcomes_of_many_users_are_limited_alike_in_all_variants(service: ExperimentsService) -> None:
    metric = experiment_pb2.Metric(name="gain", direction=experiment_pb2.METRIC_DIRECTION_UP)
    started = await service.started(draft(metrics=[metric]))
    experiment_id, recorder, generator = started.experiment_id, FeedbackRecorder(service.connection), random.Random(2)
    totals: dict[str, dict[str, list[tuple[float, float]]]] = {
        name: {"control": [], "treatment": []} for name in ("latency_ms", "positive_rate", "gain")
    }
    for variant in ("control", "treatment"):
        for number, user in enumerate(await first_users(service.connection, experiment_id, variant, 110)):
            count = 30 if number < 2 else generator.randint(1, 2)
            latencies = [generator.uniform(50, 150) * (1e5 if number == 3 else 1) for _ in range(count)]
            gain = generator.uniform(-1, 1) * (1e9 if number == 5 else 1) if number % 10 == 5 else 0.0
            positive = 0
            for latency in latencies:
                output = await recorder.output(user, experiment_id, variant, 1, latency=latency)
                await recorder.vote(output, user, rating := generator.choice([-1, 1]))
                positive += rating > 0
            await record(service, exposure(experiment_id, user, variant, metrics={"gain": gain}))
            totals["latency_ms"][variant].append((sum(latencies), count))
            totals["positive_rate"][variant].append((positive, count))
            totals["gain"][variant].append((gain, 1))
    results = await service.results(experiment_id)
    for name, users in totals.items():
        found, expected = comparison(results, name), limited(users, is_bounded=name == "positive_rate")
        assert found.control_mean == pytest.approx(expected["control"]), name
        assert found.treatment_mean == pytest.approx(expected["treatment"]), name
    assert comparison(results, "latency_ms").treatment_mean < 200


async def test_users_of_another_tenant_do_not_change_the_limits_of_a_tenant(service: ExperimentsService) -> None:
    experiment_id = (await service.started(draft(), OPERATOR, all_tenants=True)).experiment_id
    recorder, forger = FeedbackRecorder(service.connection), FeedbackRecorder(service.connection, "mallory")
    for variant in ("control", "treatment"):
        await recorder.add_users(experiment_id, variant, 100, 50)
        await forger.add_users(experiment_id, variant, 10, 5, latency=8e7)
    await service.rows(
        "UPDATE ingest.execution_manifests SET total_latency_ms = 7e7 WHERE output_id::text ="
        " (SELECT min(output_id::text) FROM ingest.execution_manifests WHERE tenant_id = 'acme')"
    )
    results = await service.results(experiment_id, OPERATOR)
    found = comparison(results, "latency_ms")
    assert results.excluded_strata == 1
    assert [found.control_mean, found.treatment_mean] == pytest.approx([100, 100], rel=0.01)


@pytest.mark.parametrize("weight", [None, 1.0], ids=["no trust score", "full trust"])
async def test_interval_of_large_numbers_with_a_small_spread_equals_that_of_their_differences(
    service: ExperimentsService, weight: float | None
) -> None:
    metric = experiment_pb2.Metric(name="length", direction=experiment_pb2.METRIC_DIRECTION_UP)
    started = await service.started(draft(metrics=[metric]))
    generator, recorder = np.random.default_rng(5), FeedbackRecorder(service.connection)
    samples = {}
    for variant, level in (("control", 1e8), ("treatment", 1e8 + 4)):
        samples[variant] = generator.normal(level, 10, 60)
        users = await first_users(service.connection, started.experiment_id, variant, 60)
        for user in users:
            if weight is not None:
                await recorder.trust(user, weight)
        await record(
            service,
            *(
                exposure(started.experiment_id, user, variant, output_id=f"o-{user}", metrics={"length": float(value)})
                for user, value in zip(users, samples[variant], strict=True)
            ),
        )
    found = comparison(await service.results(started.experiment_id), "length")
    limit = np.percentile(np.concatenate(list(samples.values())), 99, method="inverted_cdf")
    control, treatment = (np.minimum(samples[name], limit) - 1e8 for name in ("control", "treatment"))
    expected = ttest_ind(treatment, control, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert (found.lower, found.upper) == pytest.approx((interval.low, interval.high), rel=1e-6)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)
    pooled = np.sqrt((control.var(ddof=1) + treatment.var(ddof=1)) / 2)
    assert found.effect_size == pytest.approx((treatment.mean() - control.mean()) / pooled, rel=0.02)
    assert found.control_mean == pytest.approx(1e8 + control.mean(), rel=1e-14)
