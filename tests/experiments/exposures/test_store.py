"""Exposures: each is stored once, and an invalid one refuses its batch."""

from __future__ import annotations

from tests.experiments.fixtures.exposures import exposure, exposures_request, record
from tests.experiments.fixtures.service import ExperimentsService, new_id, open_service
from tests.experiments.fixtures.users import first_users
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
