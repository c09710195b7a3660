"""Injection: texts for SQL, directories, templates and paths in every text field of every method."""

from __future__ import annotations

import asyncpg

from bench.resilience.attack.api import METHODS, empty_request, path_of, text_fields
from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.target import Target, service_of
from bench.resilience.fuzz.targets import SKIPPED_METHODS
from kit.auth.access import access_rule

GROUP = Group("injection")
TEXTS = (
    "' OR '1'='1' --",
    "'; DROP TABLE ingest.outputs; --",
    "\\'; SELECT pg_sleep(5); --",
    "*)(uid=*))(|(uid=*",
    "${7*7}{{7*7}}<%= 7*7 %>",
    "../../../../etc/passwd",
    "$(id)`id`|id",
    "\x00\x01\x1b[31m",
    "%00%0d%0aSet-Cookie: a=b",
    "\u202eevil\ufeff",
)
TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relnamespace::regnamespace::text = ANY ($1)"
SCHEMAS = ["ingest", "neural", "experiments", "voice"]


@GROUP.attack("hostile texts in every text field of every method", "no internal error, all tables remain")
async def texts(target: Target) -> Outcome:
    """Sets all text fields of a request to a text at once, then calls the method."""
    before, wrong, attempts = await _tables(target), list[str](), 0
    for method in METHODS:
        is_stream = method.client_streaming or method.server_streaming
        if is_stream or method.name in SKIPPED_METHODS or service_of(path_of(method)) not in target.addresses:
            continue
        for text in TEXTS:
            request = empty_request(method)
            for message, field in text_fields(request):
                if field.name not in ("tenant_id", "request_id", "experiment_id"):
                    _set(message, field.name, field.is_repeated, text)
            if "request_id" in request.DESCRIPTOR.fields_by_name:
                request.request_id = f"018f0000-0000-7000-9000-{attempts:012d}"
            roles = access_rule(method).roles
            answer = await target.call(path_of(method), request, target.bearer("injected", *roles))
            attempts += 1
            if answer.is_internal or answer.code == "DEADLINE_EXCEEDED":
                wrong.append(f"{method.name} {answer.code} for {text!r}")
    after = await _tables(target)
    figure = f"{len(wrong)} internal errors {', '.join(wrong[:2])}; {len(before - after)} relations are missing"
    return Outcome(attempts, not wrong and before <= after, figure)


def _set(message: object, name: str, is_repeated: bool, text: str) -> None:
    if is_repeated:
        getattr(message, name).append(text)
    else:
        setattr(message, name, text)


async def _tables(target: Target) -> set[str]:
    connection = await asyncpg.connect(target.owner_url)
    try:
        return {row[0] for row in await connection.fetch(TABLES, SCHEMAS)}
    finally:
        await connection.close()
