"""Converts log records to explicit feedback."""

from __future__ import annotations

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from gateway.otlp.convert.attributes import Attributes
from gateway.otlp.convert.evaluation_table import EVALUATION_EVENT_NAME, EVENT_NAME_ATTRIBUTE
from gateway.otlp.convert.evaluations import feedback_of, read_evaluation
from gateway.otlp.convert.items import (
    ConvertedRequest,
    FeedbackItem,
    Position,
    Rejection,
    SkippedEvaluation,
    derived_output_id,
)
from gateway.otlp.convert.operations import Reason
from gateway.otlp.convert.values import InvalidAttribute
from gateway.otlp.settings import ItemLimits


def convert_log_records(request: ExportLogsServiceRequest, limits: ItemLimits) -> ConvertedRequest:
    """Returns the feedback of all log records. Invalid records become rejections; no exception is raised.

    Feedback that names no output belongs to the output of the span that the record refers to.
    """
    converted, index = ConvertedRequest(), 0
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                if _is_evaluation(record):
                    position = Position(index, (record.trace_id, record.span_id))
                    _convert(record, position, limits, converted)
                else:
                    converted.passed_over[Reason.NOT_GENERATIVE_AI] += 1
                index += 1
    return converted


def _is_evaluation(record: LogRecord) -> bool:
    return record.event_name == EVALUATION_EVENT_NAME or any(
        pair.key == EVENT_NAME_ATTRIBUTE and pair.value.string_value == EVALUATION_EVENT_NAME
        for pair in record.attributes
    )


def _convert(record: LogRecord, position: Position, limits: ItemLimits, converted: ConvertedRequest) -> None:
    time_ns = record.time_unix_nano or record.observed_time_unix_nano
    try:
        output_id = derived_output_id(position.span)
        attributes = Attributes(record.attributes, limits, converted.attribute_errors)
        evaluation = read_evaluation(attributes, position, limits.ranges, output_id=output_id, time_ns=time_ns)
        if isinstance(evaluation, SkippedEvaluation):
            converted.skipped.append(evaluation)
            return
        converted.feedback.append(FeedbackItem(position, feedback_of([evaluation])))
    except InvalidAttribute as error:
        converted.rejections.append(Rejection("feedback", position, error.field, error.why))
