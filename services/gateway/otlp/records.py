"""Log records become feedback: pure."""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from gateway.otlp.items import Ballot, Mapped, Place, Reject, SpanId
from gateway.otlp.judging import evaluation, feedback
from gateway.otlp.mapping import EVALUATION_EVENT, EVENT_NAME
from gateway.otlp.settings import ItemLimits
from gateway.otlp.spans import derived_output_id
from gateway.otlp.values import Attributes, Unfit

OutputOf = Callable[[SpanId], str | None]
"""Returns the output_id that a span gave itself; None when it is not known."""


def map_records(request: ExportLogsServiceRequest, limits: ItemLimits, output_of: OutputOf) -> Mapped:
    """Reads every log record of a request; what cannot be taken is among the rejects, and nothing is raised."""
    mapped, number = Mapped(), 0
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                if _is_evaluation(record):
                    _map(record, Place(number, (record.trace_id, record.span_id)), limits, output_of, mapped)
                else:
                    mapped.ignored += 1
                number += 1
    return mapped


def _is_evaluation(record: LogRecord) -> bool:
    return record.event_name == EVALUATION_EVENT or any(
        pair.key == EVENT_NAME and pair.value.string_value == EVALUATION_EVENT for pair in record.attributes
    )


def _map(record: LogRecord, place: Place, limits: ItemLimits, output_of: OutputOf, into: Mapped) -> None:
    moment = record.time_unix_nano or record.observed_time_unix_nano
    try:
        output_id = output_of(place.span) or derived_output_id(place.span)
        read = evaluation(Attributes(record.attributes, limits), output_id=output_id, time_ns=moment)
        into.ballots.append(Ballot(place, feedback([read])))
    except Unfit as unfit:
        into.rejects.append(Reject("feedback", place, unfit.field, unfit.why))
