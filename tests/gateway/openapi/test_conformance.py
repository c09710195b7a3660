"""Tests with requests that are generated from the OpenAPI document: each response matches the document."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from gateway.openapi.document import document
from gateway.routes import PREFIX, ROUTES, Route
from ingest.api.query_servicer import QueryServicer
from ingest.api.write_servicer import WriteServicer
from tests.gateway.fixtures.gateway import ACME, Gateway, Served
from tests.gateway.fixtures.scripted_services import ScriptedGateway

pytestmark = pytest.mark.slow

EXAMPLES = 6
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]


MISSING_SERVICES = {"VoiceService"}
"""Services that the fixture `served` does not run."""


def is_served(route: Route) -> bool:
    """Returns whether the fixture `served` runs the service of the route."""
    return route.grpc_service.name not in MISSING_SERVICES and (
        route.service != "ingest" or route.rpc in {*vars(WriteServicer), *vars(QueryServicer)}
    )


async def test_generated_requests_to_real_services_get_documented_responses(served: Served) -> None:
    statuses = await statuses_of_generated_requests(served, [route for route in ROUTES if is_served(route)])
    assert statuses[200] >= 5, statuses


async def test_generated_requests_to_scripted_services_get_documented_responses(scripted: ScriptedGateway) -> None:
    statuses = await statuses_of_generated_requests(
        scripted, [route for route in ROUTES if not is_served(route) or route.is_upload or route.is_stream]
    )
    assert statuses[200] >= 5, statuses


async def statuses_of_generated_requests(gateway: Gateway, routes: Sequence[Route]) -> Counter[int]:
    """Sends generated requests to each route, validates the responses, and returns the number of each status."""
    statuses: Counter[int] = Counter()
    api = document()
    paths: dict[str, Any] = {}
    for route in routes:
        path, method = PREFIX + route.path, route.method.lower()
        paths.setdefault(path, {})[method] = api["paths"][path][method]
    schema = schemathesis.openapi.from_dict({**api, "paths": paths})
    loop = asyncio.get_running_loop()

    def call(case: Any) -> None:
        arguments = case.as_transport_kwargs(base_url="http://gateway", headers=ACME)
        prepared: Any = requests.Request(**arguments).prepare()  # encodes forms with unusual values unchanged

        async def send() -> Any:
            async with gateway.client(gateway.app) as client:
                return await client.request(
                    prepared.method, prepared.url, headers=prepared.headers, content=prepared.body
                )

        answer = asyncio.run_coroutine_threadsafe(send(), loop).result(30)
        statuses[answer.status_code] += 1
        expected = CHECKS[1:] if answer.status_code == 501 else CHECKS
        case.validate_response(schemathesis.Response.from_httpx(answer, verify=False), checks=expected)

    def run() -> int:
        count = 0
        for found, mode in itertools.product(schema.get_all_operations(), GenerationMode):
            assert isinstance(found, Ok)
            operation = found.ok()

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def send_case(case: Any) -> None:
                call(case)

            send_case()
            count += 1
        return count

    assert await asyncio.to_thread(run) == 2 * len(routes)
    return statuses
