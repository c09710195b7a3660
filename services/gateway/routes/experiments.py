"""Experiments, as admins set them up."""

from gateway.routes.model import EXPERIMENTS, PAGES, TENANT, Route

ROUTES = (
    Route(
        method="GET",
        path="/admin/experiments",
        service="experiments",
        area=EXPERIMENTS,
        rpc="ListExperiments",
        summary="Lists experiments, newest first.",
        in_query={**TENANT, "state": "state", **PAGES},
    ),
    Route(
        method="POST",
        path="/admin/experiments",
        service="experiments",
        area=EXPERIMENTS,
        rpc="CreateExperiment",
        summary="Creates a draft of an experiment.",
        in_query={**TENANT, "allTenants": "all_tenants"},
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
        in_path={"experimentId": "experiment_id"},
        in_query=TENANT,
        body="experiment",
        etag="experiment.etag",
    ),
)
"""Experiments, as admins set them up."""
