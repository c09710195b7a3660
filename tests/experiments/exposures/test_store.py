"""Exposures: each is stored once, and an invalid one refuses its batch."""

from __future__ import annotations

from splits.assignment import assign
from tests.experiments.fixtures.exposures import exposure, exposures_request, record
from tests.experiments.fixtures.service import ExperimentsService, draft, new_id, open_service
from tests.experiments.fixtures.users import first_users, running_experiment
from tests.support.suite import token


async def test_repeated_exposure_is_stored_once(service: ExperimentsService, database_url: str) -> None:
    started = await service.started()
    *users, ninth, tenth, eleventh = await first_users(service.connection, started.experiment_id, "treatment", 8)
    exposures = [exposure(started.experiment_id, user, output_id=f"o-{user}") for user in users]
    assert await record(service, *exposures) == (5, 0)
    assert await record(service, *exposures, exposure(started.experiment_id, ninth)) == (1, 5)
    assert await record(service, exposure(started.experiment_id, ninth)) == (0, 1)
    twice = exposure(started.experiment_id, tenth, output_id="o10")
    assert await record(service, twice, twice) == (1, 1)
    request = exposures_request(exposure(started.experiment_id, eleventh))
    first = await service.call("RecordExposures", request)
    async with open_service(database_url) as other:
        repeated = await other.call("RecordExposures", request)
    assert first.SerializeToString() == repeated.SerializeToString()
    assert (first.recorded_count, first.duplicate_count) == (1, 0)
    results = await service.results(started.experiment_id)
    assert [(each.variant, each.users) for each in results.variants] == [("treatment", 8)]


async def test_invalid_exposure_refuses_the_whole_batch(service: ExperimentsService) -> None:
    started = await service.started()
    good = exposure(started.experiment_id, "u")
    for bad, field in (
        (exposure(started.experiment_id, "v", "unknown"), "exposures[1].variant"),
        (exposure(started.experiment_id, "v", epoch=2), "exposures[1].epoch"),
    ):
        assert (await service.status_of("RecordExposures", exposures_request(good, bad)))[:2] == (
            "INVALID_ARGUMENT",
            [field],
        )
    assert (await service.status_of("RecordExposures", exposures_request(good, exposure(new_id(), "v"))))[
        0
    ] == "NOT_FOUND"
    caller = token("globex", "service")
    assert (await service.status_of("RecordExposures", exposures_request(good), caller))[0] == "NOT_FOUND"
    assert await service.rows("SELECT FROM experiments.exposures") == []


async def test_exposure_of_earlier_epoch_is_stored(service: ExperimentsService) -> None:
    started = await service.started()
    await service.edited(started, traffic_percentage=0.2)
    both = [exposure(started.experiment_id, "u", epoch=epoch) for epoch in (1, 2)]
    assert await record(service, *both) == (2, 0)


async def test_exposures_that_the_assignment_contradicts_are_counted(service: ExperimentsService) -> None:
    started = await service.started(draft(forced_variants={"tester": "treatment"}, traffic_percentage=0.3))
    experiment_id = started.experiment_id
    (control,) = await first_users(service.connection, experiment_id, "control", 1)
    (treated,) = await first_users(service.connection, experiment_id, "treatment", 1)
    experiment = await running_experiment(service.connection, experiment_id)
    unassigned = next(name for number in range(100) if not assign(experiment, name := f"user-{number}", "acme").variant)
    true = [(control, "control"), (treated, "treatment"), ("tester", "treatment")]
    false = [(treated, "control"), (control, "treatment"), ("tester", "control"), (unassigned, "control")]
    for pairs, expected in ((true, 0), (false, len(false))):
        request = exposures_request(*(exposure(experiment_id, user, variant) for user, variant in pairs))
        assert (await service.call("RecordExposures", request)).mismatch_count == expected
    results = await service.results(experiment_id)
    assert results.contaminated_users == 3  # testers are not analysed
    assert not results.variants
    await service.edited(started, traffic_percentage=0.2)
    earlier = exposures_request(*(exposure(experiment_id, user, variant) for user, variant in [*true, *false]))
    answer = await service.call("RecordExposures", earlier)
    assert (answer.mismatch_count, answer.duplicate_count) == (len(false), len(true) + len(false))
