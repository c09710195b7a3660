"""Routes of experiments."""

from gateway.routes.model import EXPERIMENTS, PAGES, TENANT, Route

ROUTES = (
    Route(
        method="GET",
        path="/admin/experiments",
        service="experiments",
        grpc_service=EXPERIMENTS,
        rpc="ListExperiments",
        summary="Lists experiments, newest first.",
        query_params={**TENANT, "state": "state", **PAGES},
    ),
    Route(
        method="POST",
        path="/admin/experiments",
        service="experiments",
        grpc_service=EXPERIMENTS,
        rpc="CreateExperiment",
        summary="Creates an experiment in the draft state.",
        query_params={**TENANT, "allTenants": "all_tenants"},
        body="experiment",
        success_status=201,
        etag_field="experiment.etag",
    ),
    Route(
        method="PUT",
        path="/admin/experiments/{experimentId}",
        service="experiments",
        grpc_service=EXPERIMENTS,
        rpc="UpdateExperiment",
        summary="Updates an experiment. If-Match contains the entity tag of the version to update.",
        path_params={"experimentId": "experiment_id"},
        query_params=TENANT,
        body="experiment",
        etag_field="experiment.etag",
    ),
)
"""Routes of experiments."""
