"""Fuzzing: services and parsers without faults, and a broken service."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import ServiceDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.resilience.fuzz import parsers
from bench.resilience.fuzz.calls import Tally, fuzz
from bench.resilience.fuzz.messages import MANY, _put, messages
from bench.resilience.fuzz.targets import SKIPPED_METHODS, TARGETS
from kit.auth.tokens import SharedKeyTokens
from kit.rpc.server import RpcServerSettings, build_server
from radiant.ingest.v1 import ingest_service_pb2_grpc as ingest_grpc
from radiant.neural.v1 import recommend_service_pb2
from tests.experiments.fixtures import service as experiments
from tests.ingest.fixtures import service as ingest
from tests.kit.fixtures.scripted_servicer import METHODS, Script, ScriptedIngest
from tests.neural.fixtures import service as neural
from tests.support.suite import KEY

pytestmark = pytest.mark.slow

REQUESTS = 120


async def fuzzed(address: str, service: ServiceDescriptor) -> Tally:
    """Fuzzes a running service."""
    with grpc.insecure_channel(address) as channel:
        return await asyncio.to_thread(fuzz, channel, service, REQUESTS, KEY, 7, tuple(SKIPPED_METHODS))


def services_of(module: str) -> list[ServiceDescriptor]:
    """Returns the services of a process."""
    return [service for name, service in TARGETS if name == module]


@pytest.mark.timeout(300)
async def test_random_requests_cause_no_faults(database_url: str, redis_url: str) -> None:
    async with (
        ingest.open_service(database_url, redis_url) as intake,
        neural.open_service(database_url, redis_url) as learning,
        experiments.open_service(database_url) as trials,
    ):
        addresses = {"ingest": intake.address, "neural": learning.address, "experiments": trials.address}
        for module, address in addresses.items():
            for service in services_of(module):
                tally = await fuzzed(address, service)
                assert tally.faults == [], service.name
                assert tally.requests == REQUESTS
                assert tally.statuses["OK"] >= 3, (service.name, tally.statuses)
                assert (
                    set(tally.methods) >= {each.name for each in service.methods} - SKIPPED_METHODS
                    or len(service.methods) > 15
                )


async def test_fuzzer_counts_faults_of_a_broken_service() -> None:
    server = build_server(RpcServerSettings(port=0), SharedKeyTokens(KEY))

    async def broken(request: Any, context: Any) -> Any:
        raise ZeroDivisionError

    servicer = ScriptedIngest(Script())  # type: ignore[abstract]
    servicer.SubmitImplicitSignal = broken  # type: ignore[method-assign]
    server.add(ingest_grpc.add_IngestServiceServicer_to_server, servicer, METHODS)
    port = await server.start()
    try:
        others = [each.name for each in METHODS.methods if each.name != "SubmitImplicitSignal"]
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            tally = await asyncio.to_thread(fuzz, channel, METHODS, 200, KEY, 7, others)
    finally:
        await server.stop(timedelta())
    assert tally.internal == tally.statuses["INTERNAL"] > 0
    assert all("SubmitImplicitSignal INTERNAL" in fault for fault in tally.faults)


@pytest.mark.parametrize("service", [service for _, service in TARGETS], ids=lambda service: service.name)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_generated_message_survives_serialization(service: ServiceDescriptor, data: st.DataObject) -> None:
    for method in service.methods:
        made = data.draw(messages(method.input_type, plausible=True))
        assert type(made).FromString(made.SerializeToString()) == made


def test_list_of_many_large_items_is_not_generated() -> None:
    request = recommend_service_pb2.BatchGetRecommendationsRequest()
    context = recommend_service_pb2.RecommendationContext(user_id="u" * 10_000)

    def draw(strategy: st.SearchStrategy[Any]) -> Any:
        return [context] if "lists" in repr(strategy) else 0

    _put(request, request.DESCRIPTOR.fields_by_name["contexts"], draw, 0, False)
    assert len(request.contexts) == 1
    context.user_id = "u"
    _put(request, request.DESCRIPTOR.fields_by_name["contexts"], draw, 0, False)
    assert len(request.contexts) == 1 + MANY


@pytest.mark.parametrize("name", parsers.SEEDS)
def test_random_bytes_crash_no_parser(name: str) -> None:
    runs, end = parsers.run(name, 2000, 7)
    assert end == ""
    assert runs >= 2000
