"""Requests made up from the document find nothing that the document does not say."""

import asyncio
import itertools
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from gateway.openapi.document import document
from gateway.routes import ROUTES
from tests.gateway.serving import ACME, Served

EXAMPLES = 6
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]


async def test_made_up_requests_are_answered_as_the_document_says(served: Served) -> None:
    statuses: Counter[int] = Counter()
    schema = schemathesis.openapi.from_dict(document())
    loop = asyncio.get_running_loop()

    def call(case: Any) -> None:
        arguments = case.as_transport_kwargs(base_url="http://gateway", headers=ACME)
        arguments.pop("cookies", None)
        if isinstance(arguments.get("data"), bytes | str):
            arguments["content"] = arguments.pop("data")
        asked = served.client(served.app)

        async def ask() -> Any:
            async with asked:
                return await asked.request(**arguments)

        answer = asyncio.run_coroutine_threadsafe(ask(), loop).result(30)
        statuses[answer.status_code] += 1
        case.validate_response(schemathesis.Response.from_httpx(answer, verify=False), checks=CHECKS)

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

    assert await asyncio.to_thread(run) == 2 * len(ROUTES)
    assert statuses[200] >= 5, statuses
