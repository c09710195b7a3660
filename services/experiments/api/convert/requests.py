"""Who asks for what: owners, askers, exposures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import UUID

from google.protobuf.message import Message

from experiments.api.convert.definitions import CONTROLS
from experiments.assignment.store import Asker
from experiments.exposures.store import Exposure
from experiments.store.experiments import LATEST_US
from experiments.store.idempotency import Request
from kit.errors import FieldViolation, Forbidden, Invalid
from kit.rpc.auth import current_principal, tenant_of
from radiant.experiments.v1 import experiment_service_pb2 as pb
from splits.model import EVERY_TENANT, Experiment

EARLIEST_US = 1_577_836_800_000_000
TOLERANCE_US = 5 * 60 * 1_000_000


def reader_of(tenant: str) -> str:
    """Returns the tenant that a caller reads for; an operator who names none reads for all."""
    if not tenant and not current_principal().tenant_id:
        return EVERY_TENANT
    return tenant_of(tenant)


def owner_of(tenant: str, all_tenants: bool) -> str:
    """Returns the owner of a new experiment; raises Forbidden when others than operators ask for all tenants."""
    if not all_tenants:
        return tenant_of(tenant)
    if "operator" not in current_principal().roles or current_principal().tenant_id:
        raise Forbidden("Experiments over all tenants are for operators.", reason="OPERATORS_ONLY")
    if tenant:
        raise Invalid.field("tenant_id", "must be empty for an experiment over all tenants")
    return EVERY_TENANT


def request_of(message: Message, method: str, owner: str, reason: str = "") -> Request:
    """Returns who asks, and how a repeat is recognised."""
    request_id: str = message.request_id  # type: ignore[attr-defined]  # every changing request has one
    return Request(
        owner=owner,
        actor=current_principal().subject,
        request_id=request_id,
        method=method,
        fingerprint=hashlib.sha256(message.SerializeToString(deterministic=True)).digest(),
        reason=reason,
    )


def asker_of(context: pb.AssignmentContext) -> Asker:
    """Returns who is to be assigned."""
    return Asker(
        user_id=context.user_id,
        task_type=context.task_type,
        domain_mode=context.domain_mode,
        attributes=dict(context.attributes),
    )


def place_of(key: tuple[str | int, ...]) -> tuple[int, str]:
    """Returns a page's place; raises Invalid for one that no page has."""
    moment, name = int(key[0]), str(key[1])
    try:
        UUID(name)
    except ValueError:
        raise Invalid.field("page_token", "is not a token of this listing") from None
    if not 0 <= moment <= LATEST_US:
        raise Invalid.field("page_token", "is not a token of this listing")
    return moment, name


def exposures_of(request: pb.RecordExposuresRequest, known: Mapping[str, Experiment], now_us: int) -> list[Exposure]:
    """Returns exposures; raises Invalid for variants and epochs that the experiments never had, and odd times."""
    problems: list[FieldViolation] = []
    found = []
    for index, each in enumerate(request.exposures):
        path, experiment = f"exposures[{index}]", known[each.experiment_id]
        if each.variant not in {variant.name for variant in experiment.variants}:
            problems.append(FieldViolation(f"{path}.variant", "is not a variant of the experiment"))
        if each.epoch > experiment.epoch:
            problems.append(FieldViolation(f"{path}.epoch", "has not begun"))
        if any(CONTROLS.search(metric) for metric in each.metrics):
            problems.append(FieldViolation(f"{path}.metrics", "must have names without control characters"))
        moment = now_us
        if each.HasField("exposure_time"):
            moment = each.exposure_time.seconds * 1_000_000 + each.exposure_time.nanos // 1000
            if not EARLIEST_US <= moment <= now_us + TOLERANCE_US or not 0 <= each.exposure_time.nanos < 10**9:
                problems.append(FieldViolation(f"{path}.exposure_time", "must be from 2020 to 5 minutes ahead"))
        found.append(
            Exposure(
                experiment_id=each.experiment_id,
                epoch=each.epoch,
                user_id=each.user_id,
                output_id=each.output_id,
                variant=each.variant,
                metrics=dict(each.metrics),
                time_us=moment,
            )
        )
    if problems:
        raise Invalid(problems)
    return found
