"""Requests made up from the document find nothing that the document does not say."""

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
from tests.gateway.scripted import Scripted
from tests.gateway.serving import ACME, Gateway, Served

pytestmark = pytest.mark.slow

EXAMPLES = 6
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]


UNSERVED = {"VoiceService"}
"""Services that the tests' real ones lack."""


def real(route: Route) -> bool:
    """Tells whether a real service behind the tests answers the route."""
    return route.area.name not in UNSERVED and (
        route.service != "ingest" or route.rpc in {*vars(WriteServicer), *vars(QueryServicer)}
    )


async def test_made_up_requests_are_answered_as_the_document_says(served: Served) -> None:
    statuses = await judged(served, [route for route in ROUTES if real(route)])
    assert statuses[200] >= 5, statuses


async def test_made_up_requests_are_answered_so_whatever_services_say(scripted: Scripted) -> None:
    statuses = await judged(scripted, [route for route in ROUTES if not real(route) or route.upload or route.listing])
    assert statuses[200] >= 5, statuses


async def judged(served: Gateway, routes: Sequence[Route]) -> Counter[int]:
    """Makes requests up for each route and judges their answers by the document; returns how often each status came."""
    statuses: Counter[int] = Counter()
    whole = document()
    paths: dict[str, Any] = {}
    for route in routes:
        path, method = PREFIX + route.path, route.method.lower()
        paths.setdefault(path, {})[method] = whole["paths"][path][method]
    schema = schemathesis.openapi.from_dict({**whole, "paths": paths})
    loop = asyncio.get_running_loop()

    def call(case: Any) -> None:
        arguments = case.as_transport_kwargs(base_url="http://gateway", headers=ACME)
        made: Any = requests.Request(**arguments).prepare()  # writes forms as they were meant, odd values included

        async def ask() -> Any:
            async with served.client(served.app) as client:
                return await client.request(made.method, made.url, headers=made.headers, content=made.body)

        answer = asyncio.run_coroutine_threadsafe(ask(), loop).result(30)
        statuses[answer.status_code] += 1
        wanted = CHECKS[1:] if answer.status_code == 501 else CHECKS
        case.validate_response(schemathesis.Response.from_httpx(answer, verify=False), checks=wanted)

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
            def every(case: Any) -> None:
                call(case)

            every()
            count += 1
        return count

    assert await asyncio.to_thread(run) == 2 * len(routes)
    return statuses
