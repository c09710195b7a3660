"""An experiment on models: assignment, recommendations, analysis, rollout."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct

from radiant.experiments.v1 import experiment_pb2, experiment_service_pb2, experiment_service_pb2_grpc, rollout_pb2
from radiant.ingest.v1 import feedback_pb2
from radiant.neural.v1 import recommend_service_pb2
from tests.journeys.fixtures.requests import CALL_SECONDS, manifest, question, request_id, thumb
from tests.support.suite import Suite, quick_channel, running_suite, service_process, show_troubles, token

USERS = 60
Stub = experiment_service_pb2_grpc.ExperimentServiceStub


@contextlib.asynccontextmanager
async def experiments(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Stub]:
    """Runs the experiments service."""
    process = service_process("experiments", database_url, redis_url, folder, RADIANT_ROLLOUT_ROUND_SECONDS="0.2")
    await process.start()
    try:
        async with quick_channel(process.address) as channel:
            yield Stub(channel)
    finally:
        await process.stop()
        show_troubles([process])


def config(model: str) -> Struct:
    """Returns a configuration with one model."""
    struct = Struct()
    struct.update({"model": model})
    return struct


def draft() -> experiment_pb2.Experiment:
    """Returns a comparison of two models on half of the users each."""
    return experiment_pb2.Experiment(
        display_name="large or small",
        hypothesis="large pleases more",
        type=experiment_pb2.EXPERIMENT_TYPE_MODEL_ROUTING,
        traffic_percentage=0.5,
        users_min=10,
        variants=[
            experiment_pb2.Variant(name="control", config=config("small")),
            experiment_pb2.Variant(name="treatment", config=config("large")),
        ],
    )


async def started(stub: Stub, experiment: experiment_pb2.Experiment) -> experiment_pb2.Experiment:
    """Creates and starts an experiment."""
    admin = token("acme", "admin")
    create = experiment_service_pb2.CreateExperimentRequest(request_id=request_id(), experiment=experiment)
    made = (await stub.CreateExperiment(create, metadata=admin, timeout=CALL_SECONDS)).experiment
    start = experiment_service_pb2.StartExperimentRequest(
        request_id=request_id(), experiment_id=made.experiment_id, etag=made.etag
    )
    return (await stub.StartExperiment(start, metadata=admin, timeout=CALL_SECONDS)).experiment


async def served(suite: Suite, user: str) -> recommend_service_pb2.Recommendation:
    """Follows a recommendation and votes: positive for large, negative for small."""
    who = token("acme")
    asked = question("small", "large", user=user)
    answer = (await suite.recommend.GetRecommendation(asked, metadata=who, timeout=CALL_SECONDS)).recommendation
    request = manifest(f"o-{user}", answer.model, user=user)
    request.manifest.experiment_id, request.manifest.variant = answer.experiment_id, answer.variant
    request.manifest.experiment_epoch = answer.experiment_epoch
    request.manifest.ClearField("create_time")  # now: outputs from before the experiment do not count
    await suite.ingest.RecordManifest(request, metadata=who, timeout=CALL_SECONDS)
    rating = feedback_pb2.RATING_POSITIVE if answer.model == "large" else feedback_pb2.RATING_NEGATIVE
    await suite.ingest.SubmitExplicitFeedback(thumb(f"o-{user}", rating, user), metadata=who, timeout=CALL_SECONDS)
    return answer


async def covered(suite: Suite, experiment_id: str) -> None:
    """Waits until recommendations use the experiment."""
    async with asyncio.timeout(5):
        while True:
            asked = question("small", "large", user="probe")
            answer = await suite.recommend.GetRecommendation(asked, metadata=token("acme"), timeout=CALL_SECONDS)
            if answer.recommendation.experiment_id == experiment_id:
                return
            await asyncio.sleep(0.05)


async def test_experiment_assigns_models_and_is_analysed(database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with running_suite(database_url, redis_url) as suite, experiments(database_url, redis_url, tmp_path) as stub:
        experiment = await started(stub, draft())
        name = experiment.experiment_id
        await covered(suite, name)
        answers = {f"u{number}": await served(suite, f"u{number}") for number in range(USERS)}
        for user, answer in answers.items():
            assert answer.experiment_id == name
            assert answer.experiment_epoch == experiment.epoch
            assert answer.model == {"control": "small", "treatment": "large"}[answer.variant]
            assert answer.propensity == 1
            asked = experiment_service_pb2.AssignVariantRequest(
                experiment_id=name, context=experiment_service_pb2.AssignmentContext(user_id=user)
            )
            assigned = await stub.AssignVariant(asked, metadata=token("acme"), timeout=CALL_SECONDS)
            assert assigned.assignment.variant == answer.variant
        request = experiment_service_pb2.GetResultsRequest(experiment_id=name)
        results = (await stub.GetResults(request, metadata=token("acme"), timeout=CALL_SECONDS)).results
        assert sum(row.users for row in results.variants) == USERS
        deciding = results.comparisons[0]
        assert deciding.metric == "positive_rate"
        assert (deciding.control_mean, deciding.treatment_mean) == (0, 1)
        assert not results.should_deploy
        assert {row.name: row.passed for row in results.criteria}["duration"] is False
        other = await stub.ListExperiments(
            experiment_service_pb2.ListExperimentsRequest(), metadata=token("globex"), timeout=CALL_SECONDS
        )
        assert list(other.experiments) == []
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetResults(request, metadata=token("globex"), timeout=CALL_SECONDS)
        assert refused.value.code() == grpc.StatusCode.NOT_FOUND


async def test_rollout_advances_and_rolls_back(database_url: str, redis_url: str, tmp_path: Path) -> None:
    admin = token("acme", "admin")
    async with experiments(database_url, redis_url, tmp_path) as stub:
        small = draft()
        small.traffic_percentage = 0.05
        experiment = await started(stub, small)
        start = experiment_service_pb2.StartRolloutRequest(
            request_id=request_id(), experiment_id=experiment.experiment_id
        )
        first = await stub.StartRollout(start, metadata=admin, timeout=CALL_SECONDS)
        assert first.rollout.percent == 10
        assert await stub.StartRollout(start, metadata=admin, timeout=CALL_SECONDS) == first
        back = experiment_service_pb2.RollBackRequest(request_id=request_id(), experiment_id=experiment.experiment_id)
        rolled = (await stub.RollBack(back, metadata=admin, timeout=CALL_SECONDS)).rollout
        assert rolled.state == rollout_pb2.ROLLOUT_STATE_ROLLED_BACK
        assert [entry.action for entry in rolled.decisions] == ["start", "advance", "roll_back"]
        shown = await stub.GetExperiment(
            experiment_service_pb2.GetExperimentRequest(experiment_id=experiment.experiment_id),
            metadata=admin,
            timeout=CALL_SECONDS,
        )
        assert shown.experiment.traffic_percentage == 0


async def test_rollout_of_completed_experiment_is_finished(database_url: str, redis_url: str, tmp_path: Path) -> None:
    admin = token("acme", "admin")
    async with experiments(database_url, redis_url, tmp_path) as stub:
        name = (await started(stub, draft())).experiment_id
        start = experiment_service_pb2.StartRolloutRequest(request_id=request_id(), experiment_id=name)
        await stub.StartRollout(start, metadata=admin, timeout=CALL_SECONDS)
        complete = experiment_service_pb2.CompleteExperimentRequest(request_id=request_id(), experiment_id=name)
        await stub.CompleteExperiment(complete, metadata=admin, timeout=CALL_SECONDS)
        shown = experiment_service_pb2.GetRolloutRequest(experiment_id=name)
        rollout = (await stub.GetRollout(shown, metadata=admin, timeout=CALL_SECONDS)).rollout
        assert rollout.state == rollout_pb2.ROLLOUT_STATE_FINISHED
        assert [entry.action for entry in rollout.decisions][-1] == "end"
