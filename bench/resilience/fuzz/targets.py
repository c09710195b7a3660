"""Services that are fuzzed, by process, and methods that are skipped."""

from __future__ import annotations

from google.protobuf.descriptor import ServiceDescriptor

from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import alias_service_pb2, audit_service_pb2, evaluator_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

TARGETS: tuple[tuple[str, ServiceDescriptor], ...] = (
    ("ingest", ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]),
    ("ingest", audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]),
    ("ingest", alias_service_pb2.DESCRIPTOR.services_by_name["AliasService"]),
    ("ingest", evaluator_service_pb2.DESCRIPTOR.services_by_name["EvaluatorService"]),
    ("neural", recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"]),
    ("neural", learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"]),
    ("experiments", experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"]),
    ("voice", voice_service_pb2.DESCRIPTOR.services_by_name["VoiceService"]),
)
"""Package of the process, and a service of it."""
SKIPPED_METHODS = frozenset({"RunBatchLearning"})
"""Methods that process all tenants on every call. The tests of bad input cover every field of their requests."""
