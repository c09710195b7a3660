"""Every number in a request has a lower and an upper bound, or a stated reason why it needs none."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from kit.rpc.validation import problems
from tests.house.tree import ROOT

_F = FieldDescriptor
EXTREMES: dict[int, tuple[float, ...]] = {
    **dict.fromkeys((_F.TYPE_DOUBLE, _F.TYPE_FLOAT), (-3e38, 3e38, math.inf, -math.inf, math.nan)),
    **dict.fromkeys((_F.TYPE_INT32, _F.TYPE_SINT32, _F.TYPE_SFIXED32), (-(2**31), 2**31 - 1)),
    **dict.fromkeys((_F.TYPE_INT64, _F.TYPE_SINT64, _F.TYPE_SFIXED64), (-(2**63), 2**62)),
    **dict.fromkeys((_F.TYPE_UINT32, _F.TYPE_FIXED32), (2**32 - 1,)),
    **dict.fromkeys((_F.TYPE_UINT64, _F.TYPE_FIXED64), (2**62, 2**64 - 1)),
}
"""Values that no bounded field accepts, by type."""
SPECIAL = ("google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.Struct")
"""Messages with numbers that rules of the field or code of the service check."""
PAGE = "values above the largest page size are reduced to it, as the comment of the field states"
FILTER = "filters stored rows, which are all in range; a time outside of it selects no further row"
CHECKED = "the service checks the time against its clock; the field tests of the service send times out of range"
SET_BY_SERVICE = "set by the service and ignored in requests"
DEFINED_BY_CLIENT = "content that the client defines; the service checks its size and its numbers"
REASONS = {
    "radiant.voice.v1.ListVoiceFeedbackRequest.page_size": PAGE,
    "radiant.ingest.v1.ListAuditEntriesRequest.page_size": PAGE,
    "radiant.ingest.v1.ListModelAliasesRequest.page_size": PAGE,
    "radiant.ingest.v1.ListUnmatchedFeedbackRequest.page_size": PAGE,
    "radiant.ingest.v1.ListAuditEntriesRequest.start_time": FILTER,
    "radiant.ingest.v1.ListAuditEntriesRequest.end_time": FILTER,
    "radiant.ingest.v1.ExecutionManifest.create_time": CHECKED,
    "radiant.ingest.v1.ExplicitFeedback.client_time": CHECKED,
    "radiant.ingest.v1.EvaluationScore.observe_time": CHECKED,
    "radiant.ingest.v1.ImplicitSignal.client_time": CHECKED,
    "radiant.ingest.v1.ImplicitSignal.signal_value": DEFINED_BY_CLIENT,
    "radiant.ingest.v1.VoiceFeedback.client_time": CHECKED,
    "radiant.ingest.v1.RetractFeedbackRequest.client_time": CHECKED,
    "radiant.ingest.v1.GetConversationSummaryRequest.page_size": PAGE,
    "radiant.ingest.v1.GetTenantFeedbackStatsRequest.start_time": FILTER,
    "radiant.ingest.v1.GetTenantFeedbackStatsRequest.end_time": FILTER,
    "radiant.ingest.v1.ListOutputsRequest.page_size": PAGE,
    "radiant.ingest.v1.ListOutputsRequest.start_time": FILTER,
    "radiant.ingest.v1.ListOutputsRequest.end_time": FILTER,
    "radiant.ingest.v1.ListErasuresRequest.page_size": PAGE,
    "radiant.experiments.v1.Variant.config": DEFINED_BY_CLIENT,
    "radiant.experiments.v1.Experiment.duration_min": "the service checks the duration, from 0 to 365 days",
    "radiant.experiments.v1.Experiment.epoch": SET_BY_SERVICE,
    "radiant.experiments.v1.Experiment.create_time": SET_BY_SERVICE,
    "radiant.experiments.v1.Experiment.update_time": SET_BY_SERVICE,
    "radiant.experiments.v1.Experiment.start_time": SET_BY_SERVICE,
    "radiant.experiments.v1.Experiment.end_time": SET_BY_SERVICE,
    "radiant.experiments.v1.ListExperimentsRequest.page_size": PAGE,
    "radiant.experiments.v1.Exposure.exposure_time": CHECKED,
    "radiant.neural.v1.ListModelScoresRequest.page_size": PAGE,
    "radiant.neural.v1.ListBatchRunsRequest.page_size": PAGE,
    "radiant.neural.v1.ListTrustScoresRequest.page_size": PAGE,
    "radiant.neural.v1.ClientDecision.decide_time": CHECKED,
    "radiant.neural.v1.EvaluatePolicyRequest.start_time": FILTER,
    "radiant.neural.v1.EvaluatePolicyRequest.end_time": FILTER,
}


def request_types() -> list[Descriptor]:
    """Returns the request messages of every method of every service."""
    folder = ROOT / "libs"
    names = sorted(path.relative_to(folder) for path in (folder / "radiant").rglob("*_service_pb2.py"))
    modules = [importlib.import_module(".".join(name.with_suffix("").parts)) for name in names]
    services = [each for module in modules for each in module.DESCRIPTOR.services_by_name.values()]
    return [method.input_type for service in services for method in service.methods]


def numbers_of(kind: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """Yields the fields with numbers of a message and of its nested messages, each message once."""
    if kind.full_name in seen:
        return
    seen.add(kind.full_name)
    for each in kind.fields:
        inner = each.message_type
        if each.type in EXTREMES or (inner is not None and inner.full_name in SPECIAL):
            yield each
        elif inner is not None:
            yield from numbers_of(inner, seen)


def accepted_extremes(field: FieldDescriptor) -> list[float]:
    """Returns the extreme values of a field of a scalar type that pass validation."""
    return [value for value in EXTREMES[field.type] if _is_accepted(field, value)]


def _is_accepted(field: FieldDescriptor, value: float) -> bool:
    kind = _owner(field)
    if kind.GetOptions().map_entry:
        (outer,) = [each for each in _parent(kind).fields if each.message_type is kind]
        message: Any = message_factory.GetMessageClass(_parent(kind))()
        getattr(message, outer.name)["key"] = value
        return not any(each.field.startswith(f"{outer.name}[") for each in problems(message))
    message = message_factory.GetMessageClass(kind)()
    if field.is_repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)
    return not any(each.field.partition("[")[0] == field.name for each in problems(message))


def _owner(field: FieldDescriptor) -> Descriptor:
    """Returns the message of a field."""
    assert field.containing_type is not None
    return field.containing_type


def _parent(kind: Descriptor) -> Descriptor:
    """Returns the message that contains the type of a map entry."""
    assert kind.containing_type is not None
    return kind.containing_type


def is_bounded(field: FieldDescriptor) -> bool:
    """Returns whether rules of the field refuse extreme values. A special message needs a rule of its own."""
    if field.type in EXTREMES:
        return not accepted_extremes(field)
    rules = str(field.GetOptions())
    return "gte" in rules and "lte" in rules


NUMBERS = [each for seen in (set[str](),) for kind in request_types() for each in numbers_of(kind, seen)]


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.full_name)
def test_number_of_request_has_bounds_or_a_reason(field: FieldDescriptor) -> None:
    assert is_bounded(field) is not (field.full_name in REASONS)


def test_every_reason_belongs_to_a_field() -> None:
    assert set(REASONS) <= {each.full_name for each in NUMBERS}
    assert len(NUMBERS) > len(REASONS) + 20


@pytest.mark.parametrize("kind", [_F.TYPE_DOUBLE, _F.TYPE_INT32, _F.TYPE_INT64, _F.TYPE_UINT64])
def test_field_without_rule_is_not_bounded(kind: int) -> None:
    file = descriptor_pb2.FileDescriptorProto(name=f"unbounded{kind}.proto", package=f"unbounded{kind}")
    file.message_type.add(name="Request").field.add(
        name="amount",
        number=1,
        type=kind,
        label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    (field,) = pool.FindMessageTypeByName(f"unbounded{kind}.Request").fields
    assert not is_bounded(field)
    assert [each.full_name for each in numbers_of(_owner(field), set())] == [field.full_name]
