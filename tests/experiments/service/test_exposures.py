"""What users saw and what came of it: each once, and as plain arithmetic over the rows has it."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from radiant.experiments.v1 import analysis_pb2, experiment_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.serving import Serving, draft, name, serving
from tests.experiments.service.world import World
from tests.support.suite import token

SENTIMENTS = {"copy_response": 0.7, "regenerate": -0.8, "abandon_mid_response": -0.7, "scroll_to_end": 0.2}


def exposure(experiment_id: str, user: str, variant: str = "treatment", **more: Any) -> pb.Exposure:
    """Builds an exposure of the first epoch."""
    return pb.Exposure(**{"experiment_id": experiment_id, "user_id": user, "variant": variant, "epoch": 1, **more})


def record(*exposures: pb.Exposure) -> pb.RecordExposuresRequest:
    """Builds a request to record exposures."""
    return pb.RecordExposuresRequest(request_id=name(), exposures=exposures)


async def recorded(service: Serving, *exposures: pb.Exposure) -> tuple[int, int]:
    """Records exposures and returns how many were new and how many known."""
    answer = await service.call("RecordExposures", record(*exposures))
    return answer.recorded_count, answer.duplicate_count


def comparison(results: analysis_pb2.Results, metric: str) -> analysis_pb2.Comparison:
    """Returns the comparison of a metric."""
    return next(each for each in results.comparisons if each.metric == metric)


async def test_each_exposure_counts_once(service: Serving, database_url: str) -> None:
    started = await service.started()
    some = [exposure(started.experiment_id, f"u{number}", output_id=f"o{number}") for number in range(5)]
    assert await recorded(service, *some) == (5, 0)
    assert await recorded(service, *some, exposure(started.experiment_id, "u9")) == (1, 5)
    assert await recorded(service, exposure(started.experiment_id, "u9")) == (0, 1)
    twice = exposure(started.experiment_id, "u10", output_id="o10")
    assert await recorded(service, twice, twice) == (1, 1)
    request = record(exposure(started.experiment_id, "u11"))
    first = await service.call("RecordExposures", request)
    async with serving(database_url) as other:
        again = await other.call("RecordExposures", request)
    assert first.SerializeToString() == again.SerializeToString()
    assert (first.recorded_count, first.duplicate_count) == (1, 0)
    results = await service.results(started.experiment_id)
    assert [(each.variant, each.users) for each in results.variants] == [("treatment", 8)]


async def test_what_never_was_is_refused_and_nothing_of_the_batch_is_kept(service: Serving) -> None:
    started = await service.started()
    good = exposure(started.experiment_id, "u")
    for bad, field in (
        (exposure(started.experiment_id, "v", "nobody"), "exposures[1].variant"),
        (exposure(started.experiment_id, "v", epoch=2), "exposures[1].epoch"),
    ):
        assert (await service.said("RecordExposures", record(good, bad)))[:2] == ("INVALID_ARGUMENT", [field])
    assert (await service.said("RecordExposures", record(good, exposure(name(), "v"))))[0] == "NOT_FOUND"
    foreign = token("globex", "service")
    assert (await service.said("RecordExposures", record(good), foreign))[0] == "NOT_FOUND"
    assert await service.rows("SELECT FROM experiments.exposures") == []


async def test_exposures_of_an_earlier_epoch_are_taken_still(service: Serving) -> None:
    started = await service.started()
    await service.edited(started, traffic_percentage=0.2)
    both = [exposure(started.experiment_id, "u", epoch=epoch) for epoch in (1, 2)]
    assert await recorded(service, *both) == (2, 0)


async def test_what_clients_measure_reaches_the_results(service: Serving) -> None:
    metric = experiment_pb2.Metric(name="length", direction=experiment_pb2.METRIC_DIRECTION_DOWN)
    started = await service.started(draft(metrics=[metric]))
    world, values = World(service.connection), {"control": [4.0, 6.0, 8.0], "treatment": [1.0, 2.0, 3.0]}
    for variant, several in values.items():
        for number, value in enumerate(several):
            user = f"{variant}{number}"
            named = (started.experiment_id, variant, 1) if number else (None, "", 0)
            output = await world.output(user, *named)
            measured = exposure(started.experiment_id, user, variant, output_id=output, metrics={"length": value})
            assert await recorded(service, measured) == (1, 0)
            assert await recorded(service, measured) == (0, 1)
    found = comparison(await service.results(started.experiment_id), "length")
    assert [found.control_mean, found.treatment_mean] == pytest.approx([6, 2])


async def test_a_client_s_metric_hides_no_built_in_one(service: Serving) -> None:
    started = await service.started()
    world = World(service.connection)
    for variant in ("control", "treatment"):
        for number in range(3):
            user = f"{variant}{number}"
            output = await world.output(user, latency=50 + number)
            measured = {"latency_ms": 1e6, "positive_rate": 1.0, "cost": -5.0}
            await recorded(service, exposure(started.experiment_id, user, variant, output_id=output, metrics=measured))
    results = await service.results(started.experiment_id)
    assert comparison(results, "latency_ms").control_mean == pytest.approx(51)
    assert comparison(results, "cost").control_mean == pytest.approx(1)
    assert sum(each.units for each in results.variants) == 0


@pytest.mark.parametrize("value", [1.7976931348623157e308, -1.7976931348623157e308, 5e-324])
async def test_no_number_breaks_the_analysis(service: Serving, value: float) -> None:
    metric = experiment_pb2.Metric(name="length", direction=experiment_pb2.METRIC_DIRECTION_UP, guardrail=True)
    started = await service.started(draft(metrics=[metric]))
    world = World(service.connection)
    for variant in ("control", "treatment"):
        for number in range(4):
            user = f"{variant}{number}"
            output = await world.output(user, latency=abs(value), cost=abs(value))
            metrics = {"length": value / (1 + number)}
            for place in (output, ""):
                measured = exposure(started.experiment_id, user, variant, output_id=place, metrics=metrics)
                assert await recorded(service, measured) == (1, 0)
    results = await service.results(started.experiment_id)
    for each in results.comparisons:
        for field, found in each.ListFields():
            assert not isinstance(found, float) or math.isfinite(found), (each.metric, field.name)


async def test_outcomes_are_those_of_plain_arithmetic(service: Serving) -> None:
    started = await service.started(draft(forced_variants={"tester": "treatment"}))
    chance, world = random.Random(7), World(service.connection)
    sums: dict[str, dict[str, list[float]]] = {}
    counted: dict[str, list[int]] = {"control": [0, 0], "treatment": [0, 0]}
    for number in range(60):
        variant = ("control", "treatment")[number % 2]
        user = "tester" if number in (11, 13) else f"u{number // 2}-{variant}"
        trust = chance.choice([None, 0.0, 0.3, 0.9])
        if trust is not None and user != "tester":
            await world.trust(user, trust)
        for _ in range(chance.randint(1, 3)):
            by_manifest, cost, latency = chance.random() < 0.5, chance.random(), 100 * chance.random()
            named, epoch = (started.experiment_id, 1) if by_manifest else (None, 0)
            output = await world.output(user, named, variant if named else "", epoch, latency=latency, cost=cost)
            if not by_manifest or chance.random() < 0.3:
                await recorded(service, exposure(started.experiment_id, user, variant, output_id=output))
            rating = chance.choice([None, -1, 0, 1])
            signals = chance.sample(sorted(SENTIMENTS), chance.randint(0, 2))
            if rating is not None:
                await world.vote(output, user, rating)
            for kind in signals:
                await world.signal(output, user, kind)
                await world.signal(output, user, kind)
            if user == "tester":
                continue
            weight = min(max(1.0 if trust is None else trust, 0.1), 1.0)
            add(sums, "cost", variant, cost, 1)
            add(sums, "latency_ms", variant, latency, 1)
            score = scored(rating, [SENTIMENTS[kind] for kind in signals], weight)
            if score is not None:
                add(sums, "mean_score", variant, (score + 1) / 2, weight)
                add(sums, "positive_rate", variant, float(score > 0), weight)
                counted[variant][0] += 1
                counted[variant][1] += score > 0
    results = await service.results(started.experiment_id)
    for metric, by_variant in sums.items():
        found = comparison(results, metric)
        for variant, mean in (("control", found.control_mean), ("treatment", found.treatment_mean)):
            assert mean == pytest.approx(by_variant[variant][0] / by_variant[variant][1]), (metric, variant)
    told = {each.variant: [each.units, each.positive_units] for each in results.variants}
    assert told == counted
    assert {each.variant: each.users for each in results.variants} == {"control": 30, "treatment": 28}


def scored(rating: int | None, sentiments: list[float], weight: float) -> float | None:
    """Returns the weighted score of a unit: votes weigh 3 and trust, signals 1."""
    parts = [] if rating is None else [(3 * weight, float(rating))]
    if sentiments:
        parts.append((1.0, sum(sentiments) / len(sentiments)))
    return sum(w * value for w, value in parts) / sum(w for w, _ in parts) if parts else None


def add(sums: dict[str, dict[str, list[float]]], metric: str, variant: str, value: float, weight: float) -> None:
    """Adds one outcome."""
    entry = sums.setdefault(metric, {}).setdefault(variant, [0.0, 0.0])
    entry[0] += weight * value
    entry[1] += weight


async def test_a_unit_seen_in_two_epochs_counts_in_the_first(service: Serving) -> None:
    started = await service.started()
    output = await World(service.connection).output("u")
    await World(service.connection).vote(output, "u", 1)
    await service.edited(started, traffic_percentage=0.2)
    both = [exposure(started.experiment_id, "u", output_id=output, epoch=epoch) for epoch in (1, 2)]
    assert await recorded(service, *both) == (2, 0)
    results = await service.results(started.experiment_id)
    assert [(each.epoch, each.units) for each in results.variants] == [(1, 1), (2, 0)]


async def test_withdrawn_feedback_no_longer_counts(service: Serving) -> None:
    started = await service.started()
    world = World(service.connection)
    await world.judged(started.experiment_id, "treatment", 3, 2)
    assert (await service.results(started.experiment_id)).variants[0].positive_units == 2
    await service.rows(
        "INSERT INTO ingest.retractions (tenant_id, output_id, user_id, explicit_until, implicit_until, voice_until)"
        " SELECT tenant_id, output_id, user_id, now(), now(), now() FROM ingest.explicit_feedback"
    )
    told = (await service.results(started.experiment_id)).variants[0]
    assert (told.users, told.units, told.positive_units) == (3, 0, 0)
