"""A learning service that has had some nights: it answers with runs that are made up, each with its report."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc

from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import learning_service_pb2_grpc
from radiant.neural.v1.scoring_pb2 import LEARNING_MODE_EVIDENCE_WEIGHTED, SCOPE_TENANT

DAY = 86_400
FIRST = 1_790_000_000


def run_of(number: int, state: int = pb.BATCH_RUN_STATE_SUCCEEDED) -> pb.BatchRun:
    """Returns one night's run."""
    run = pb.BatchRun(run_id=f"run-{number:03}", state=state, units_done=4000, units_total=5000, attempts=1)  # type: ignore[arg-type]
    run.start_time.seconds = FIRST + number * DAY
    run.steps_done.extend(["trust", "rebuild", "priors", "drift", "expiry"])
    if state == pb.BATCH_RUN_STATE_RUNNING:
        del run.steps_done[1:]
        run.step = "rebuild"
    else:
        run.end_time.seconds = run.start_time.seconds + 42
    if state == pb.BATCH_RUN_STATE_FAILED:
        run.error_message = "the disk is full"
    return run


def report_of(number: int) -> pb.RunBatchLearningResponse:
    """Returns what the night reported."""
    report = pb.RunBatchLearningResponse(
        run_id=f"run-{number:03}",
        table_version=number,
        previous_version=number - 1,
        units=4000,
        cells=120,
        changed_cells=12,
        score_change_max=0.21,
        raters_judged=80,
        raters_changed=3,
    )
    for index in range(12):
        change = report.largest_changes.add(tenant_id="acme")
        for score, value in ((change.before, 0.5), (change.after, 0.71 - index * 0.04)):
            score.scope, score.model, score.task_type, score.score = SCOPE_TENANT, f"model-{index}", "code", value
        if index == 5:
            change.ClearField("before")
    report.drifts.add(
        tenant_id="acme",
        task_type="code",
        domain_mode="general",
        model=f"drifting-{number}",
        units_before=900,
        score_before=0.81,
        units_after=240,
        score_after=0.62,
        standard_errors=-6.1,
    )
    for level, strength in (("task", 12.5), ("domain", 30.0), ("tenant", 8.0), ("user", 4.2)):
        report.priors.add(level=level, strength=strength, cells=60)
    return report


class Nights(learning_service_pb2_grpc.LearningServiceServicer):
    """Knows thirty nights; the newest run is under way, the one before failed."""

    async def GetLearningStatus(self, request: Any, context: Any) -> pb.GetLearningStatusResponse:
        """Tells of the run under way."""
        mode, run = LEARNING_MODE_EVIDENCE_WEIGHTED, run_of(30, pb.BATCH_RUN_STATE_RUNNING)
        return pb.GetLearningStatusResponse(learned_units=5000, table_version=28, learning_mode=mode, last_run=run)

    async def ListBatchRuns(self, request: pb.ListBatchRunsRequest, context: Any) -> pb.ListBatchRunsResponse:
        """Lists two pages."""
        last = int(request.page_token or 30)
        answer = pb.ListBatchRunsResponse(next_page_token="10" if last == 30 else "")
        for number in range(last, max(0, last - 20), -1):
            states = {30: pb.BATCH_RUN_STATE_RUNNING, 29: pb.BATCH_RUN_STATE_FAILED}
            record = answer.runs.add(run=run_of(number, states.get(number, pb.BATCH_RUN_STATE_SUCCEEDED)))
            if number < 29:
                record.report.CopyFrom(report_of(number))
        return answer

    async def EvaluatePolicy(self, request: Any, context: Any) -> pb.EvaluatePolicyResponse:
        """Estimates something."""
        names = (("ips", 0.58, 0.44, 0.72), ("snips", 0.61, 0.55, 0.67), ("dr", 0.612, 0.58, 0.65))
        estimates = [pb.PolicyEstimate(estimator=name, value=v, lower=low, upper=up) for name, v, low, up in names]
        return pb.EvaluatePolicyResponse(
            estimates=estimates, events=5000, effective_sample_size=812.4, enough_data=True
        )


@contextlib.asynccontextmanager
async def nights(port: int = 0) -> AsyncIterator[str]:
    """Serves while the block runs and gives the address."""
    server = grpc.aio.server()
    learning_service_pb2_grpc.add_LearningServiceServicer_to_server(Nights(), server)  # type: ignore[abstract]
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield f"127.0.0.1:{bound}"
    finally:
        await server.stop(0)
