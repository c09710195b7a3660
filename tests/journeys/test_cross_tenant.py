"""Calls of one tenant for another tenant's data, by every method of every service."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from kit.auth.tokens import ROLES
from tests.journeys.fixtures.services import Answer, empty, legal, running
from tests.migrations.fixtures.tenant_rows import SCHEMAS, relations
from tests.support.access import methods, roles_of
from tests.support.attempts import Attempts
from tests.support.suite import token

OWN, OTHER = "acme", "globex"
MARK = "m4rk"
"""Text in all content of the other tenant's rows, but not in their identifiers."""

WITHOUT_TENANT = {
    "RunBatchLearning": "learns for all tenants; only operators of all tenants may call it",
    "ListBatchRuns": "lists runs over all tenants; only operators of all tenants may call it",
    "PlanSampleSize": "uses only the numbers in the request",
}
"""Methods without a tenant, each with the reason."""

NAMES = {
    "output_id": "o-theirs",
    "conversation_id": "c-theirs",
    "user_id": "u-theirs",
    "decision_id": "d-theirs",
    "voice_id": "018f0000-0000-7000-8000-0000000000aa",
    "experiment_id": "018f0000-0000-7000-8000-0000000000bb",
}
"""Identifiers of the other tenant by field name."""

_REFUSALS = {"NOT_FOUND", "FAILED_PRECONDITION", "ABORTED", "INVALID_ARGUMENT", "ALREADY_EXISTS", "UNIMPLEMENTED"}
_READS = ("Get", "List", "Export", "Watch", "Explain")
"""Prefixes of reads. They are called first, because writes create own objects with the same identifiers."""

_OWN_WORK = (
    "ingest.learn_queue",
    "ingest.trace_spans",
    "ingest.waiting_manifests",
    "neural.publish_queue",
    "neural.rebuild_queue",
    "neural.budget_pacers",
)
"""Tables that the services' workers change independently of calls."""
_FILLED = ("ingest.audit_log", "ingest.audit_heads")
"""Tables that already have rows of the other tenant."""


def everything(tenant: str) -> grpc.aio.Metadata:
    """Returns the metadata of a caller with every role in a tenant."""
    return token(tenant, *ROLES)


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Provides a superuser connection."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def fill(message: Any) -> int:
    """Sets all identifiers in the message to those of the other tenant. Returns their number."""
    filled = 0
    for each in message.DESCRIPTOR.fields:
        own_type = each.message_type is not None and each.message_type.full_name.startswith("radiant.")
        singular = each.name.removesuffix("s") if each.is_repeated else each.name
        if each.type == FieldDescriptor.TYPE_STRING and singular in NAMES:
            if each.is_repeated:
                getattr(message, each.name)[:] = [NAMES[singular]]
            else:
                setattr(message, each.name, NAMES[singular])
            filled += 1
        elif own_type and each.is_repeated and not each.message_type.GetOptions().map_entry:
            filled += sum(fill(item) for item in getattr(message, each.name))
        elif own_type and not each.is_repeated and message.HasField(each.name):
            filled += fill(getattr(message, each.name))
    return filled


async def theirs(admin: asyncpg.Connection) -> None:
    """Inserts one row of the other tenant into every table, with the mark in its content."""
    definition = str(await admin.fetchval("SELECT definition FROM experiments.ab_experiments"))
    await admin.execute("SELECT neural.create_version_partitions(99)")
    await admin.execute("SET session_replication_role = replica")
    for table in await relations(admin, *SCHEMAS):
        if table.kind in "cv" or table.name in (*_OWN_WORK, *_FILLED):
            continue
        values = {name: f"'{value}'" for name, value in NAMES.items()}
        values |= {name: f"'{MARK}'" for name, kind, _ in table.columns if kind == "text" and name not in values}
        values |= {name: f"'{{{MARK}}}'" for name, kind, _ in table.columns if kind == "text[]"}
        kept = (
            "task_type",
            "domain_mode",
            "status",
            "state",
            "kind",
            "level",
            "tenant_id",
            "epoch",
            "reason",
            "outcome",
        )
        table_values = {name: value for name, value in values.items() if name not in kept}
        table_values |= {"version": "99", "definition": f"'{definition}'"}
        await admin.execute(table.insert(OTHER, table_values))
    await admin.execute("SET session_replication_role = DEFAULT")


async def picture(admin: asyncpg.Connection) -> dict[str, Any]:
    """Returns all rows of the other tenant by table."""
    tables = [each for each in await relations(admin, *SCHEMAS) if each.kind not in "cv" and each.name not in _OWN_WORK]
    query = "SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM {} t WHERE tenant_id = $1"
    return {each.name: await admin.fetchval(query.format(each.name), OTHER) for each in tables}


def name_tenant(request: Any, tenant: str) -> bool:
    """Sets the tenant of the request. Returns False if it has no field for it."""
    for part in (request, getattr(request, "header", None)):
        if part is not None and "tenant_id" in part.DESCRIPTOR.fields_by_name:
            part.tenant_id = tenant
            return True
    return False


async def test_calls_for_another_tenant_or_its_data_are_refused(
    database_url: str, redis_url: str, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    attempts, codes = Attempts("rpc"), Counter[str]()
    async with running(database_url, redis_url, tmp_path) as whole:
        create = next(each for each in methods() if each.name == "CreateExperiment")
        experiment: Any = legal(create)
        experiment.experiment.display_name = experiment.experiment.hypothesis = MARK
        assert (await whole.call(create, [experiment], everything(OTHER))).code == "OK"
        await theirs(admin)
        before = await picture(admin)
        for method in methods():
            request = legal(method)
            if not name_tenant(request, OTHER):
                assert method.name in WITHOUT_TENANT
                continue
            answer = await whole.call(method, [request], everything(OWN))
            refused = (answer.code, answer.reason) == ("PERMISSION_DENIED", "TENANT_MISMATCH")
            if method.name == "StreamSignals":  # the batch is refused and the stream goes on
                refused = answer.code == "OK" and b"TENANT_MISMATCH" in answer.data
            refused |= answer.code == "UNIMPLEMENTED"
            attempts.note(refused, f"{method.full_name} for {OTHER}: {answer}")
        for method in sorted(methods(), key=lambda each: not each.name.startswith(_READS)):
            request = legal(method)
            name_tenant(request, "")
            if hasattr(request, "request_id"):
                request.request_id = str(uuid.uuid4())
            if hasattr(request, "etag"):
                request.etag = ""
            if fill(request) or method.name.startswith(_READS):
                answer = await whole.call(method, [request], everything(OWN))
                codes[answer.code] += 1
                attempts.note(hidden(answer), f"{method.full_name} of {OTHER}'s things: {answer}")
        assert await picture(admin) == before, "rows of the other tenant were changed"
    attempts.save()
    assert attempts.succeeded == [], "\n".join(attempts.succeeded)
    assert attempts.made > 90
    assert codes["NOT_FOUND"] >= 10, codes


def hidden(answer: Answer) -> bool:
    """Returns True if the answer has no data of the other tenant."""
    refused = answer.code in _REFUSALS or answer.reason == "ALL_TENANTS_ONLY"
    return MARK.encode() not in answer.data and (answer.code == "OK" or refused)


def wrong_callers(method: MethodDescriptor) -> dict[str, grpc.aio.Metadata]:
    """Returns the metadata of callers that may not call the method."""
    roles = roles_of(method)
    return {
        "nobody": grpc.aio.Metadata(),
        "garbage": grpc.aio.Metadata(("authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")),
        "stranger": token(OWN, "guest"),
        **{role: token(OWN, role) for role in ROLES - roles},
        "all others": token(OWN, *(ROLES - roles), "root", "*"),
    }


async def test_method_without_token_or_required_role_is_refused(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    wrong: list[str] = []
    async with running(database_url, redis_url, tmp_path) as whole:
        for method in methods():
            for caller, metadata in wrong_callers(method).items():
                answer = await whole.call(method, [empty(method)], metadata)
                expected = ("PERMISSION_DENIED", "ROLE_MISSING")
                if caller in ("nobody", "garbage"):
                    expected = ("UNAUTHENTICATED", "TOKEN_MISSING" if caller == "nobody" else "TOKEN_INVALID")
                if (answer.code, answer.reason) != expected:
                    wrong.append(f"{method.full_name} to {caller}: {answer}")
            for role in roles_of(method) - {"operator"}:
                answer = await whole.call(method, [empty(method)], token(OWN, role))
                if answer.code in ("UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED"):
                    wrong.append(f"{method.full_name} refused to {role}: {answer}")
    assert wrong == []
