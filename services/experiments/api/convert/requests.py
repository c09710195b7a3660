"""Conversion of requests: tenants, changes, assignment contexts and exposures."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.api.convert.definitions import CONTROL_CHARACTERS
from experiments.assignment.sticky import AssignmentContext
from experiments.exposures.store import Exposure
from experiments.store.audit import ChangeRequest
from kit.auth.tokens import current_principal, tenant_of
from kit.errors import FieldViolation, Forbidden, Invalid
from radiant.experiments.v1 import experiment_service_pb2 as pb
from splits.model import EVERY_TENANT, Experiment

EXPOSURE_TIME_MIN_US = 1_577_836_800_000_000
"""2020-01-01 in microseconds since 1970."""
CLOCK_SKEW_MAX_US = 5 * 60 * 1_000_000
"""Largest difference of the clocks of client and server."""


def reader_of(tenant: str) -> str:
    """Returns the tenant whose experiments a caller accesses; EVERY_TENANT if an operator sends none."""
    if not tenant and not current_principal().tenant_id:
        return EVERY_TENANT
    return tenant_of(tenant)


def viewer() -> str:
    """Returns the tenant of the caller's token; EVERY_TENANT for an operator of all tenants."""
    return current_principal().tenant_id or EVERY_TENANT


def owner_of(tenant: str, all_tenants: bool) -> str:
    """Returns the owner of a new experiment.

    Raises Forbidden (OPERATORS_ONLY) when a caller other than an operator creates an experiment over all tenants.
    """
    if not all_tenants:
        return tenant_of(tenant)
    if "operator" not in current_principal().roles or current_principal().tenant_id:
        raise Forbidden("Only operators can create experiments over all tenants.", reason="OPERATORS_ONLY")
    if tenant:
        raise Invalid.field("tenant_id", "must be empty for an experiment over all tenants")
    return EVERY_TENANT


def change_request(method: str, owner: str, reason: str = "") -> ChangeRequest:
    """Returns the change that the current caller requests."""
    return ChangeRequest(owner=owner, actor=current_principal().subject, method=method, reason=reason)


def assignment_context(context: pb.AssignmentContext) -> AssignmentContext:
    """Returns the user to assign, with the properties of the request."""
    return AssignmentContext(
        user_id=context.user_id,
        task_type=context.task_type,
        domain_mode=context.domain_mode,
        attributes=dict(context.attributes),
    )


def exposures_of(request: pb.RecordExposuresRequest, known: Mapping[str, Experiment], now_us: int) -> list[Exposure]:
    """Returns the exposures of a request.

    Raises Invalid for an unknown variant, a future epoch, a metric name with control characters, and a time before
    2020 or more than 5 minutes after `now_us`, the current time in microseconds since 1970.
    """
    violations: list[FieldViolation] = []
    exposures = []
    for index, each in enumerate(request.exposures):
        path, experiment = f"exposures[{index}]", known[each.experiment_id]
        if each.variant not in {variant.name for variant in experiment.variants}:
            violations.append(FieldViolation(f"{path}.variant", "must be a variant of the experiment"))
        if each.epoch > experiment.epoch:
            violations.append(
                FieldViolation(f"{path}.epoch", "must not be greater than the current epoch of the experiment")
            )
        if any(CONTROL_CHARACTERS.search(metric) for metric in each.metrics):
            violations.append(FieldViolation(f"{path}.metrics", "must have names without control characters"))
        moment = now_us
        if each.HasField("exposure_time"):
            moment = each.exposure_time.seconds * 1_000_000 + each.exposure_time.nanos // 1000
            if (
                not EXPOSURE_TIME_MIN_US <= moment <= now_us + CLOCK_SKEW_MAX_US
                or not 0 <= each.exposure_time.nanos < 10**9
            ):
                violations.append(
                    FieldViolation(f"{path}.exposure_time", "must lie between 2020-01-01 and 5 minutes from now")
                )
        exposures.append(
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
    if violations:
        raise Invalid(violations)
    return exposures
