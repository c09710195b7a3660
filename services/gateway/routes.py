"""The table of routes: which call answers which request. Routing, the OpenAPI document and tests read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor

from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2

PREFIX = "/api/v2"
WHOLE = "*"
"""As a body: the request itself."""

INGEST = ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]
RECOMMEND = recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"]
LEARNING = learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"]
EXPERIMENTS = experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"]

_ADMINS = ("admin", "operator")
_CALLERS = ("service", *_ADMINS)
_READERS = ("service", "expert", *_ADMINS)
_TENANT = {"tenantId": "tenant_id"}
_PAGES = {"pageSize": "page_size", "pageToken": "page_token"}
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: a request over HTTP and the unary call that answers it."""

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
    roles: tuple[str, ...]
    """Who may call, as the service decides it."""
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

    @property
    def call(self) -> MethodDescriptor:
        """The gRPC method."""
        return self.area.methods_by_name[self.rpc]

    @property
    def request(self) -> Descriptor:
        """Type of the request."""
        return self.call.input_type

    @property
    def idempotent(self) -> bool:
        """Whether Idempotency-Key makes the request safe to repeat."""
        return "request_id" in self.request.fields_by_name

    @property
    def conditional(self) -> bool:
        """Whether If-Match names the state that the caller has seen."""
        return "etag" in self.request.fields_by_name


ROUTES = (
    Route(
        method="POST",
        path="/feedback/explicit",
        service="ingest",
        area=INGEST,
        rpc="SubmitExplicitFeedback",
        summary="Stores or replaces the explicit feedback of one user on one output.",
        roles=_READERS,
        in_query=_TENANT,
        body="feedback",
    ),
    Route(
        method="POST",
        path="/feedback/implicit",
        service="ingest",
        area=INGEST,
        rpc="SubmitImplicitSignal",
        summary="Stores one implicit signal.",
        roles=_CALLERS,
        in_query=_TENANT,
        body="signal",
    ),
    Route(
        method="GET",
        path="/feedback/stats/{outputId}",
        service="ingest",
        area=INGEST,
        rpc="GetFeedbackStats",
        summary="Counts the feedback on one output.",
        roles=_READERS,
        in_path={"outputId": "output_id"},
        in_query=_TENANT,
    ),
    Route(
        method="GET",
        path="/neural/recommendation",
        service="neural",
        area=RECOMMEND,
        rpc="GetRecommendation",
        summary="Recommends a model; each answer is a decision of its own.",
        roles=_CALLERS,
        in_query={
            **_TENANT,
            "userId": "context.user_id",
            "taskType": "context.task_type",
            "domainMode": "context.domain_mode",
            "candidates": "context.candidates",
            "excludedModels": "context.excluded_models",
            "strategy": "context.strategy",
        },
        fresh=True,
    ),
    Route(
        method="GET",
        path="/neural/scores",
        service="neural",
        area=RECOMMEND,
        rpc="ListModelScores",
        summary="Lists learned scores.",
        roles=_READERS,
        in_query={
            **_TENANT,
            "scope": "scope",
            "userId": "user_id",
            "model": "model",
            "taskType": "task_type",
            "domainMode": "domain_mode",
            "includeRollups": "include_rollups",
            **_PAGES,
        },
    ),
    Route(
        method="POST",
        path="/neural/learn",
        service="neural",
        area=LEARNING,
        rpc="LearnOutput",
        summary="Learns one output at once and shows what its feedback contributes.",
        roles=_CALLERS,
        in_query=_TENANT,
        body=WHOLE,
    ),
    Route(
        method="GET",
        path="/service/feedback/config",
        service="ingest",
        area=INGEST,
        rpc="GetWidgetConfig",
        summary="Tells a feedback widget what to ask for.",
        roles=_READERS,
        in_query={**_TENANT, "userId": "user_id", "outputId": "output_id"},
    ),
    Route(
        method="POST",
        path="/service/feedback/implicit/batch",
        service="ingest",
        area=INGEST,
        rpc="BatchSubmitImplicitSignals",
        summary="Stores many implicit signals, all or none.",
        roles=_CALLERS,
        in_query=_TENANT,
        body=WHOLE,
    ),
    Route(
        method="GET",
        path="/service/feedback/conversation/{conversationId}/summary",
        service="ingest",
        area=INGEST,
        rpc="GetConversationSummary",
        summary="Sums up the feedback on a conversation.",
        roles=_READERS,
        in_path={"conversationId": "conversation_id"},
        in_query={**_TENANT, **_PAGES},
    ),
    Route(
        method="GET",
        path="/admin/experiments",
        service="experiments",
        area=EXPERIMENTS,
        rpc="ListExperiments",
        summary="Lists experiments, newest first.",
        roles=_READERS,
        in_query={**_TENANT, "state": "state", **_PAGES},
    ),
    Route(
        method="POST",
        path="/admin/experiments",
        service="experiments",
        area=EXPERIMENTS,
        rpc="CreateExperiment",
        summary="Creates a draft of an experiment.",
        roles=_ADMINS,
        in_query={**_TENANT, "allTenants": "all_tenants"},
        body="experiment",
        success=201,
        etag="experiment.etag",
    ),
    Route(
        method="PUT",
        path="/admin/experiments/{experimentId}",
        service="experiments",
        area=EXPERIMENTS,
        rpc="UpdateExperiment",
        summary="Changes an experiment; If-Match names the state that the caller has seen.",
        roles=_ADMINS,
        in_path={"experimentId": "experiment_id"},
        in_query=_TENANT,
        body="experiment",
        etag="experiment.etag",
    ),
    Route(
        method="GET",
        path="/admin/trust-scores",
        service="neural",
        area=LEARNING,
        rpc="ListTrustScores",
        summary="Lists how far each rater is trusted, and why.",
        roles=_ADMINS,
        in_query={**_TENANT, "outliersOnly": "outliers_only", **_PAGES},
    ),
)
"""Every operation."""
