"""Rules of the analysis: an output counts only for the variant that the assignment gives its user."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import grpc
import pytest

from gateway.otlp.convert.table import ANONYMOUS_USER
from radiant.experiments.v1 import experiment_pb2
from splits.assignment import assign
from splits.model import Experiment
from tests.experiments.fixtures.exposures import exposure, exposures_request
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.service import ADMIN, OPERATOR, ExperimentsService, config, draft
from tests.experiments.fixtures.users import first_users, running_experiment

NAMES = ("", "small", "Ünïcode", "用户", "😀", "user:with:colons", " leading", "x" * 200)
"""Users whose identifiers are hashed as UTF-8."""


def treatment(name: str, weight: float = 0.0) -> experiment_pb2.Variant:
    return experiment_pb2.Variant(name=name, config=config({"model": name}), weight=weight)


EXPERIMENTS: dict[str, dict[str, Any]] = {
    "ramp": {"traffic_percentage": 0.1},
    "most": {"traffic_percentage": 0.75},
    "three treatments": {
        "traffic_percentage": 0.6,
        "variants": [draft().variants[0], treatment("treatment"), treatment("b", 2.0), treatment("c", 0.7)],
    },
    "layer with holdout": {"layer": "routing", "layer_start": 0.3, "layer_end": 0.8, "holdout": 0.2},
    "holdout of tenant": {"holdout": 0.4},
    "targeting": {
        "targeting": experiment_pb2.Targeting(
            task_types=["chat", "code"], domain_modes=["general"], tenant_ids=["acme", "globex"]
        ),
    },
    "other task": {"targeting": experiment_pb2.Targeting(task_types=["code"])},
    "other tenant": {"targeting": experiment_pb2.Targeting(tenant_ids=["initech"])},
}


async def counted_and_ignored(
    service: ExperimentsService, experiment_id: str, caller: grpc.aio.Metadata = ADMIN
) -> tuple[dict[str, int], dict[str, int]]:
    """Returns the exposed users by variant, and the ignored outputs by reason."""
    results = await service.results(experiment_id, caller)
    users: Counter[str] = Counter()
    for each in results.variants:
        users[each.variant] += each.users
    return dict(users), {each.reason: each.outputs for each in results.ignored_outputs}


@pytest.mark.parametrize("name", EXPERIMENTS)
async def test_counted_outputs_are_those_of_the_assignment(service: ExperimentsService, name: str) -> None:
    """Users claim every variant and one that does not exist; the database decides as `assign` does."""
    started = await service.started(draft(**EXPERIMENTS[name]), OPERATOR, all_tenants=True)
    experiment: Experiment = await running_experiment(service.connection, started.experiment_id)
    users = [*NAMES[1:], *(f"user-{number}" for number in range(25))]
    claimed = [*(each.name for each in experiment.variants), "unknown"]
    expected: Counter[str] = Counter()
    for tenant in ("acme", "umbrella"):
        recorder = FeedbackRecorder(service.connection, tenant)
        for user, variant in itertools.product(users, claimed):
            claimant = f"{user}|{variant}"  # each user has one output: a second variant would exclude the user
            await recorder.output(claimant, started.experiment_id, variant, 1)
            expected[variant] += assign(experiment, claimant, tenant, "chat", "general").variant == variant
    counted, ignored = await counted_and_ignored(service, started.experiment_id, OPERATOR)
    assert counted == +expected
    assert sum(counted.values()) + sum(ignored.values()) == 2 * len(users) * len(claimed)
    assert set(ignored) <= {"other_variant", "not_covered"}
    assert ("not_covered" in ignored) is (name in ("targeting", "other task", "other tenant"))


@pytest.mark.parametrize("user", ["", ANONYMOUS_USER])
async def test_output_without_user_is_ignored(service: ExperimentsService, user: str) -> None:
    started = await service.started()
    for variant in ("control", "treatment"):
        await FeedbackRecorder(service.connection).output(user, started.experiment_id, variant, 1)
    assert await counted_and_ignored(service, started.experiment_id) == ({}, {"no_user": 2})


async def test_stored_assignment_decides_over_the_targeting(service: ExperimentsService) -> None:
    """A user keeps the variant of the first request, also in tasks that the experiment does not cover."""
    started = await service.started(draft(targeting=experiment_pb2.Targeting(task_types=["code"])))
    experiment_id = started.experiment_id
    experiment = await running_experiment(service.connection, experiment_id)
    users = (f"user-{number}" for number in itertools.count())
    user = next(each for each in users if assign(experiment, each, "acme", "code").variant == "treatment")
    recorder = FeedbackRecorder(service.connection)
    await recorder.output(user, experiment_id, "treatment", 1)
    assert await counted_and_ignored(service, experiment_id) == ({}, {"not_covered": 1})
    assert (await service.assigned(experiment_id, user, task_type="code")).variant == "treatment"
    await recorder.output(user, experiment_id, "control", 1)
    found = await counted_and_ignored(service, experiment_id)
    assert found == ({}, {"contaminated": 1, "other_variant": 1})


async def test_output_of_a_user_added_within_an_epoch_counts(service: ExperimentsService) -> None:
    """Traffic rises from 10 % to 40 % in one epoch, whose definition stays that of its start."""
    started = await service.started(draft(traffic_percentage=0.1))
    edited = (await service.edited(started, traffic_percentage=0.4)).experiment
    assert edited.epoch == 1
    experiment_id = started.experiment_id
    recorder = FeedbackRecorder(service.connection)
    for variant in ("control", "treatment"):
        for user in await first_users(service.connection, experiment_id, variant, 20):
            await recorder.output(user, experiment_id, variant, 1)
    both = {"control": 20, "treatment": 20}
    assert await counted_and_ignored(service, experiment_id) == (both, {})
    later = (await service.edited(edited, traffic_percentage=0.2)).experiment
    assert later.epoch == 2
    assert await counted_and_ignored(service, experiment_id) == (both, {})
    await service.rows("UPDATE experiments.epochs SET traffic_max = NULL")  # epochs of an earlier version
    assert await counted_and_ignored(service, experiment_id) == (both, {})


@pytest.mark.parametrize(
    ("shift", "is_counted"),
    [(timedelta(minutes=-4), True), (timedelta(minutes=-6), False), (timedelta(hours=30), False)],
)
async def test_output_outside_of_its_epoch_is_ignored(
    service: ExperimentsService, shift: timedelta, is_counted: bool
) -> None:
    """Epochs are shifted instead of outputs: the first one began `shift` ago and lasts an hour."""
    started = await service.started(draft(traffic_percentage=0.5))
    experiment_id = started.experiment_id
    (user,) = await first_users(service.connection, experiment_id, "treatment", 1)
    await FeedbackRecorder(service.connection).output(user, experiment_id, "treatment", 1)
    await service.edited(started, traffic_percentage=0.2)
    await service.rows(
        "UPDATE experiments.epochs SET opened_at = now() - $1::interval - CASE epoch WHEN 1 THEN interval '0'"
        " ELSE interval '-1 hour' END WHERE experiment_id = $2",
        shift,
        experiment_id,
    )
    found = await counted_and_ignored(service, experiment_id)
    assert found == (({"treatment": 1}, {}) if is_counted else ({}, {"not_running": 1}))


async def test_user_with_an_exposure_to_another_variant_is_excluded_and_counted(service: ExperimentsService) -> None:
    started = await service.started()
    experiment_id = started.experiment_id
    user, other = await first_users(service.connection, experiment_id, "treatment", 2)
    false = exposure(experiment_id, user, "control", metrics={"length": 1e15})
    rest = [exposure(experiment_id, name, output_id=f"o-{name}") for name in (user, other)]
    answer = await service.call("RecordExposures", exposures_request(*rest, false))
    assert (answer.recorded_count, answer.mismatch_count) == (3, 1)
    found = await counted_and_ignored(service, experiment_id)
    assert found == ({"treatment": 1}, {"other_variant": 1, "contaminated": 1})
    assert (await service.results(experiment_id)).contaminated_users == 1


async def test_contaminated_user_of_one_epoch_counts_in_another(service: ExperimentsService) -> None:
    started = await service.started()
    experiment_id = started.experiment_id
    (user,) = await first_users(service.connection, experiment_id, "treatment", 1)
    recorder = FeedbackRecorder(service.connection)
    await recorder.output(user, experiment_id, "control", 1)
    await recorder.output(user, experiment_id, "treatment", 1)
    await service.edited(started, traffic_percentage=0.9)
    (later,) = await first_users(service.connection, experiment_id, "treatment", 1, epoch=2)
    variant = (await service.assigned(experiment_id, user)).variant
    assert variant
    await recorder.output(user, experiment_id, variant, 2)
    await recorder.output(later, experiment_id, "treatment", 2)
    counted, ignored = await counted_and_ignored(service, experiment_id)
    assert sum(counted.values()) == len({user, later})
    assert ignored == {"other_variant": 1, "contaminated": 1}


async def test_invented_variant_names_are_counted_together(service: ExperimentsService) -> None:
    started = await service.started()
    recorder, generator = FeedbackRecorder(service.connection), random.Random(3)
    for number in range(40):
        await recorder.output(f"u{number}", started.experiment_id, f"v{generator.random()}", number % 7)
    results = await service.results(started.experiment_id)
    assert [(each.reason, each.outputs) for each in results.ignored_outputs] == [
        ("not_running", 34),
        ("other_variant", 6),
    ]
    assert not results.variants


@pytest.mark.parametrize("names", [("treatment", "control"), ("control", "treatment")])
async def test_exposure_and_manifest_of_one_output_with_two_variants_exclude_the_user(
    service: ExperimentsService, names: tuple[str, str]
) -> None:
    started = await service.started()
    experiment_id = started.experiment_id
    (user,) = await first_users(service.connection, experiment_id, "treatment", 1)
    output = await FeedbackRecorder(service.connection).output(user, experiment_id, names[0], 1)
    request = exposures_request(*(exposure(experiment_id, user, name, output_id=output) for name in names))
    assert (await service.call("RecordExposures", request)).recorded_count == 2
    found = await counted_and_ignored(service, experiment_id)
    assert found == ({}, {"contaminated": 1, "other_variant": 1})
