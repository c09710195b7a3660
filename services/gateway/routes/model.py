"""A route: the HTTP request, and the gRPC call that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor

from kit.auth.access import access_rule
from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import alias_service_pb2, audit_service_pb2, evaluator_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

PREFIX = "/api/v2"
WHOLE_REQUEST = "*"
"""Value of `Route.body` if the body is the gRPC request itself, not one field of it."""

INGEST = ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]
AUDIT = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]
ALIASES = alias_service_pb2.DESCRIPTOR.services_by_name["AliasService"]
EVALUATORS = evaluator_service_pb2.DESCRIPTOR.services_by_name["EvaluatorService"]
RECOMMEND = recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"]
LEARNING = learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"]
EXPERIMENTS = experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"]
VOICE = voice_service_pb2.DESCRIPTOR.services_by_name["VoiceService"]

TENANT = {"tenantId": "tenant_id"}
PAGES = {"pageSize": "page_size", "pageToken": "page_token"}
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation of the REST API and the gRPC call that answers it."""

    method: str
    """HTTP method."""
    path: str
    """Path below PREFIX; `{name}` is a path parameter."""
    service: str
    """Name of the service in `Addresses`."""
    grpc_service: ServiceDescriptor
    """Descriptor of the gRPC service."""
    rpc: str
    """Name of the gRPC method."""
    summary: str
    """Summary of the operation in the OpenAPI document."""
    path_params: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Path parameters, each with the dotted path of the request field that it sets."""
    query_params: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Query parameters, each with the dotted path of the request field that it sets."""
    body: str = ""
    """Request field that the body sets; WHOLE_REQUEST for the request itself; empty for no body."""
    success_status: int = 200
    """HTTP status of a successful response."""
    etag_field: str = ""
    """Dotted path of the response field with the entity tag; empty for a digest of the response on GET."""
    is_cacheable: bool = True
    """Whether a GET response may be revalidated by its entity tag; false if each response differs."""
    operation_id: str = ""
    """Id of the operation in the OpenAPI document; empty for the name of the gRPC method."""

    @property
    def rpc_descriptor(self) -> MethodDescriptor:
        """Descriptor of the gRPC method."""
        return self.grpc_service.methods_by_name[self.rpc]

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that may call, by the access rule of the gRPC method."""
        return access_rule(self.rpc_descriptor).ordered_roles

    @property
    def request_type(self) -> Descriptor:
        """Type of the gRPC request; for an upload, type of its header."""
        input_type = self.rpc_descriptor.input_type
        return (input_type.fields_by_name["header"].message_type or input_type) if self.is_upload else input_type

    @property
    def is_upload(self) -> bool:
        """Whether the request contains a recording, which is forwarded as a stream."""
        return bool(self.rpc_descriptor.client_streaming)

    @property
    def is_stream(self) -> bool:
        """Whether the response is a stream of records, sent as JSON Lines."""
        return bool(self.rpc_descriptor.server_streaming)

    @property
    def has_digest_etag(self) -> bool:
        """Whether the entity tag of a response is a digest of its content."""
        return self.method == "GET" and self.is_cacheable and not self.is_stream

    @property
    def is_idempotent(self) -> bool:
        """Whether the Idempotency-Key header makes retries safe."""
        return "request_id" in self.request_type.fields_by_name

    @property
    def is_conditional(self) -> bool:
        """Whether the If-Match header is supported."""
        return "etag" in self.request_type.fields_by_name


def request_field(route: Route, path: str) -> FieldDescriptor:
    """Returns the request field at a dotted path; raises KeyError if it does not exist."""
    *parents, last = path.split(".")
    message_type = route.request_type
    for name in parents:
        message_type = message_type.fields_by_name[name].message_type or message_type
    return message_type.fields_by_name[last]


def is_repeated_message(field: FieldDescriptor) -> bool:
    """Returns whether the field is a list of messages. As a query parameter, each message is a JSON object."""
    return field.is_repeated and field.message_type is not None
