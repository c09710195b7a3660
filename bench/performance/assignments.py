"""(d) AssignVariant over gRPC compared with a constant answer of the same stack, and assignment in process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import uuid4

import grpc
from google.protobuf.struct_pb2 import Struct

from bench.performance.figures import median, quantiles_ms, verdict
from bench.performance.recommendations import Load, load
from bench.performance.stack import Servers, process, service, token
from radiant.experiments.v1 import experiment_pb2, experiment_service_pb2, experiment_service_pb2_grpc
from splits.assignment import assign
from splits.model import Experiment, State, Variant

METHOD = "/radiant.experiments.v1.ExperimentService/AssignVariant"
USERS = [f"user-{number}" for number in range(200)]
ROUNDS, SECONDS = 5, 3.0
THROUGHPUT_MIN = 0.75
LOCAL = 200_000


async def start_experiment(stub: experiment_service_pb2_grpc.ExperimentServiceStub) -> str:
    """Creates and starts an experiment on all users. Returns its ID."""
    admin = token("acme", "admin")
    variants = []
    for name in ("control", "treatment"):
        config = Struct()
        config.update({"model": f"model-{name}"})
        variants.append(experiment_pb2.Variant(name=name, config=config))
    draft = experiment_pb2.Experiment(
        display_name="bench",
        hypothesis="it is fast",
        type=experiment_pb2.EXPERIMENT_TYPE_MODEL_ROUTING,
        traffic_percentage=0.5,
        variants=variants,
    )
    create = experiment_service_pb2.CreateExperimentRequest(request_id=str(uuid4()), experiment=draft)
    made = (await stub.CreateExperiment(create, metadata=admin, timeout=10)).experiment.experiment_id
    start = experiment_service_pb2.StartExperimentRequest(request_id=str(uuid4()), experiment_id=made)
    await stub.StartExperiment(start, metadata=admin, timeout=10)
    return made


def local_assignments_per_s() -> float:
    """Returns the assignments per second in this process, without RPCs."""
    variants = (Variant(name="control"), Variant(name="treatment"))
    experiment = Experiment(experiment_id=str(uuid4()), tenant_id="acme", state=State.RUNNING, variants=variants)
    begun = time.perf_counter()
    for number in range(LOCAL):
        assign(experiment, f"user-{number}", "acme", "chat")
    return LOCAL / (time.perf_counter() - begun)


async def run(on: Servers) -> bool:
    """Measures both servers in turns. Returns True if the bound is met."""
    print(f"(d) AssignVariant, hot: {len(USERS)} users")
    async with service("experiments", on) as experiments:
        async with grpc.aio.insecure_channel(experiments.address) as channel:
            stub = experiment_service_pb2_grpc.ExperimentServiceStub(channel)
            name = await start_experiment(stub)
            requests = [
                experiment_service_pb2.AssignVariantRequest(
                    experiment_id=name, context=experiment_service_pb2.AssignmentContext(user_id=user)
                )
                for user in USERS
            ]
            for request in requests:
                answer = await stub.AssignVariant(request, metadata=token("acme"), timeout=5)
        questions = [request.SerializeToString() for request in requests]
        environ = {"BENCH_METHOD": METHOD, "BENCH_ANSWER": answer.SerializeToString().hex()}
        async with process("bench.performance.constant_server", environ) as constant:
            pairs: list[tuple[Load, Load]] = []
            for _ in range(ROUNDS):
                hot = await load(experiments, questions, SECONDS, METHOD)
                pairs.append((hot, await load(constant, questions, SECONDS, METHOD)))
    show(("AssignVariant", "constant answer"), pairs)
    rate = local_assignments_per_s()
    print(f"  in process, without RPC: {rate:.0f} assignments/s, {1e6 / rate:.1f} us each")
    ratio = median([hot.per_s / constant.per_s for hot, constant in pairs])
    return verdict("throughput over the constant answer's", ratio, "", THROUGHPUT_MIN, at_least=True)


def show(names: tuple[str, str], pairs: Sequence[tuple[Load, Load]]) -> None:
    """Prints the figures of both servers and the ratio of their CPU times."""
    for name, side in zip(names, (0, 1), strict=True):
        p50, p99 = quantiles_ms([each for pair in pairs for each in pair[side].durations])
        rate, cpu = median([pair[side].per_s for pair in pairs]), median([pair[side].cpu_us for pair in pairs])
        print(f"  {name:<18} {rate:8.0f}/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   server cpu {cpu:5.0f} us/call")
    cpu_ratio = median([constant.cpu_us / hot.cpu_us for hot, constant in pairs])
    print(f"  server CPU time of the constant answer over ours: {cpu_ratio:.3f}")
