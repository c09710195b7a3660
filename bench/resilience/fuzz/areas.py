"""What is fuzzed: the services by process, and the methods that are left to other tests."""

from __future__ import annotations

from google.protobuf.descriptor import ServiceDescriptor

from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import audit_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

AREAS: tuple[tuple[str, ServiceDescriptor], ...] = (
    ("ingest", ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]),
    ("ingest", audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]),
    ("neural", recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"]),
    ("neural", learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"]),
    ("experiments", experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"]),
    ("voice", voice_service_pb2.DESCRIPTOR.services_by_name["VoiceService"]),
)
"""Package of the process, and a service that it serves."""
SLOW = frozenset({"RunBatchLearning"})
"""Does a night's work over all tenants at each call: left to the tests of bad input, which try every field of it."""
