"""What a route is: a request over HTTP and the call that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor

from kit.rpc.access import access_rule
from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import audit_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

PREFIX = "/api/v2"
WHOLE = "*"
"""As a body: the request itself."""

INGEST = ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]
AUDIT = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]
RECOMMEND = recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"]
LEARNING = learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"]
EXPERIMENTS = experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"]
VOICE = voice_service_pb2.DESCRIPTOR.services_by_name["VoiceService"]

TENANT = {"tenantId": "tenant_id"}
PAGES = {"pageSize": "page_size", "pageToken": "page_token"}
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: a request over HTTP and the call that answers it."""

    method: str
    """Of HTTP."""
    path: str
    """Below the prefix; `{name}` stands for one of the path's parameters."""
    service: str
    """Name of the service's address in the settings."""
    area: ServiceDescriptor
    """The gRPC service."""
    rpc: str
    """Its method."""
    summary: str
    """One sentence for the document."""
    in_path: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Parameters of the path, each with the dotted field of the request that it fills."""
    in_query: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Parameters of the query, likewise."""
    body: str = ""
    """Field of the request that the body fills; WHOLE for the request itself; empty for no body."""
    success: int = 200
    """Status of an answer."""
    etag: str = ""
    """Dotted field of the answer that names its state; empty takes a digest of the answer, on GET."""
    fresh: bool = False
    """Whether each answer is another one, which nobody may keep."""
    operation: str = ""
    """Name of the operation in the document, where two routes make the same call; empty takes the call's."""

    @property
    def call(self) -> MethodDescriptor:
        """The gRPC method."""
        return self.area.methods_by_name[self.rpc]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that may make the call, by its access rule."""
        return access_rule(self.call).ordered_roles

    @property
    def request(self) -> Descriptor:
        """Type of the request; of an upload, that of its header."""
        kind = self.call.input_type
        return (kind.fields_by_name["header"].message_type or kind) if self.upload else kind

    @property
    def upload(self) -> bool:
        """Whether the request carries a recording, which is sent on as it arrives."""
        return bool(self.call.client_streaming)

    @property
    def listing(self) -> bool:
        """Whether the answer is a stream of records, one a line."""
        return bool(self.call.server_streaming)

    @property
    def tagged(self) -> bool:
        """Whether an answer names its state by a digest, so that the caller need not take it twice."""
        return self.method == "GET" and not self.fresh and not self.listing

    @property
    def idempotent(self) -> bool:
        """Whether Idempotency-Key makes the request safe to repeat."""
        return "request_id" in self.request.fields_by_name

    @property
    def conditional(self) -> bool:
        """Whether If-Match names the state that the caller has seen."""
        return "etag" in self.request.fields_by_name
