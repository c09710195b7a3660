"""Manifests that a tenant forges do not decide about the rollout of all tenants."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from radiant.experiments.v1 import rollout_pb2
from radiant.ingest.v1 import ingest_service_pb2, manifest_pb2
from tests.experiments.fixtures.exposures import comparison
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.rollouts import Advance, make_step_due, start_rollout_over_all_tenants
from tests.experiments.fixtures.service import OPERATOR, ExperimentsService, new_id
from tests.experiments.fixtures.users import new_users_of, running_experiment, users_of
from tests.ingest.fixtures.service import IngestService
from tests.ingest.fixtures.service import open_service as open_ingest
from tests.support.suite import token

TENANTS = ("acme", "globex", "initech", "umbrella", "mallory")
MALLORY = token("mallory")
DAY_MS = 86_400_000.0
"""Largest latency that ingest accepts."""


@pytest.fixture
async def ingest(database_url: str, redis_url: str) -> AsyncIterator[IngestService]:
    """Yields a running ingest service on the database of the experiments."""
    async with open_ingest(database_url, redis_url) as opened:
        yield opened


@dataclass(frozen=True)
class RolloutOverAllTenants:
    """A rollout at 50 % of the users of five tenants, with 100 users of each variant in each tenant."""

    service: ExperimentsService
    ingest: IngestService
    advance: Advance
    experiment_id: str

    async def forge(self, users: Sequence[str], variant: str = "treatment", latency_ms: float = DAY_MS) -> None:
        """Records one manifest of each user through ingest, as the tenant mallory."""
        manifests = [
            manifest_pb2.ExecutionManifest(
                output_id=new_id(),
                user_id=user,
                request_type=manifest_pb2.REQUEST_TYPE_CHAT,
                task_type="chat",
                models_used=["large"],
                total_latency_ms=latency_ms,
                experiment_id=self.experiment_id,
                variant=variant,
                experiment_epoch=1,
            )
            for user in users
        ]
        request = ingest_service_pb2.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests)
        await self.ingest.call("BatchRecordManifests", request, MALLORY)

    async def users(self, variant: str, count: int, tenant: str = "mallory") -> list[str]:
        """Returns new users of a variant; of none for an empty one."""
        experiment = await running_experiment(self.service.connection, self.experiment_id)
        if variant:
            return new_users_of(experiment, variant, count, tenant)
        return list(itertools.islice(users_of(experiment, "control", tenant, "unassigned"), count))

    async def decide(self, rounds: int = 3) -> rollout_pb2.Rollout:
        """Makes decisions and returns the rollout."""
        for _ in range(rounds):
            await self.advance()
        return await self.service.rollout(self.experiment_id, OPERATOR)

    async def results(self) -> Any:
        """Returns the results over all tenants."""
        return await self.service.results(self.experiment_id, OPERATOR)


@pytest.fixture
async def rollout(service: ExperimentsService, ingest: IngestService, advance: Advance) -> RolloutOverAllTenants:
    """Yields a rollout whose variants are equal in all tenants."""
    experiment_id = await start_rollout_over_all_tenants(service)
    for tenant in TENANTS:
        recorder = FeedbackRecorder(service.connection, tenant)
        for variant in ("control", "treatment"):
            await recorder.add_users(experiment_id, variant, 100, 80)
    generator = random.Random(5)
    rows = await service.rows("SELECT tenant_id, output_id FROM ingest.execution_manifests ORDER BY output_id")
    await service.connection.executemany(
        "UPDATE ingest.execution_manifests SET total_latency_ms = $3 WHERE tenant_id = $1 AND output_id = $2",
        [(row["tenant_id"], row["output_id"], generator.gauss(1000, 150)) for row in rows],
    )
    return RolloutOverAllTenants(service, ingest, advance, experiment_id)


async def test_one_forged_manifest_of_an_unassigned_user_is_ignored_and_counted(
    rollout: RolloutOverAllTenants,
) -> None:
    before = comparison(await rollout.results(), "latency_ms")
    await rollout.forge(await rollout.users("", 1))
    decided = await rollout.decide()
    assert decided.state == rollout_pb2.ROLLOUT_STATE_RUNNING, decided.decisions[-1].reason
    results = await rollout.results()
    after = comparison(results, "latency_ms")
    means = (before.control_mean, before.treatment_mean, before.difference)
    assert (after.control_mean, after.treatment_mean, after.difference) == pytest.approx(means, abs=1e-6)
    ignored = [(each.reason, each.outputs, each.users) for each in results.ignored_outputs]
    assert ignored == [("other_variant", 1, 1)]


async def test_one_forged_manifest_of_an_assigned_user_moves_no_mean_beyond_the_limit(
    rollout: RolloutOverAllTenants,
) -> None:
    await rollout.forge(await rollout.users("treatment", 1))
    await make_step_due(rollout.service, rollout.experiment_id)
    decided = await rollout.decide(1)
    assert decided.decisions[-1].action == "advance", decided.decisions[-1].reason
    found = comparison(await rollout.results(), "latency_ms")
    assert found.treatment_mean < 1.1 * found.control_mean


@pytest.mark.parametrize("variant", ["", "treatment"], ids=["unassigned", "assigned"])
async def test_500_forged_manifests_of_one_of_five_tenants_do_not_roll_back(
    rollout: RolloutOverAllTenants, variant: str
) -> None:
    await rollout.forge(await rollout.users(variant, 500))
    await make_step_due(rollout.service, rollout.experiment_id)
    decided = await rollout.decide(1)
    assert decided.decisions[-1].action == "advance", decided.decisions[-1].reason


async def test_500_forged_manifests_per_variant_of_one_of_five_tenants_do_not_roll_back(
    rollout: RolloutOverAllTenants,
) -> None:
    await rollout.forge(await rollout.users("treatment", 500))
    await rollout.forge(await rollout.users("control", 500), "control", 1.0)
    await make_step_due(rollout.service, rollout.experiment_id)
    decided = await rollout.decide(1)
    assert decided.decisions[-1].action == "advance", decided.decisions[-1].reason


async def test_forged_manifests_of_one_tenant_do_not_hide_a_regression_of_the_others(
    rollout: RolloutOverAllTenants,
) -> None:
    await rollout.service.rows(
        "UPDATE ingest.execution_manifests SET total_latency_ms = 1.6 * total_latency_ms WHERE variant = 'treatment'"
    )
    await rollout.forge(await rollout.users("treatment", 500), latency_ms=1.0)
    await rollout.forge(await rollout.users("control", 500), "control")
    decided = await rollout.decide()
    assert decided.state == rollout_pb2.ROLLOUT_STATE_ROLLED_BACK
    assert "latency" in decided.decisions[-1].reason


async def test_regression_in_all_tenants_rolls_back(rollout: RolloutOverAllTenants) -> None:
    await rollout.service.rows(
        "UPDATE ingest.execution_manifests SET total_latency_ms = 1.6 * total_latency_ms WHERE variant = 'treatment'"
    )
    decided = await rollout.decide()
    assert decided.state == rollout_pb2.ROLLOUT_STATE_ROLLED_BACK
    assert "latency" in decided.decisions[-1].reason


async def test_regression_in_one_of_five_tenants_does_not_roll_back_all(rollout: RolloutOverAllTenants) -> None:
    await rollout.service.rows(
        "UPDATE ingest.execution_manifests SET total_latency_ms = 50 * total_latency_ms"
        " WHERE variant = 'treatment' AND tenant_id = 'globex'"
    )
    decided = await rollout.decide()
    assert decided.state == rollout_pb2.ROLLOUT_STATE_RUNNING, decided.decisions[-1].reason
