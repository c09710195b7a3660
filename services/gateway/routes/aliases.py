"""Routes of model aliases and of feedback without a manifest."""

from gateway.routes.model import ALIASES, PAGES, TENANT, WHOLE_REQUEST, Route

ROUTES = (
    Route(
        method="GET",
        path="/admin/model-aliases",
        service="ingest",
        grpc_service=ALIASES,
        rpc="ListModelAliases",
        summary="Lists the other names of models by alias.",
        query_params={**TENANT, **PAGES},
    ),
    Route(
        method="PUT",
        path="/admin/model-aliases",
        service="ingest",
        grpc_service=ALIASES,
        rpc="SetModelAlias",
        summary="Sets the model that an alias stands for.",
        query_params=TENANT,
        body=WHOLE_REQUEST,
    ),
    Route(
        method="DELETE",
        path="/admin/model-aliases",
        service="ingest",
        grpc_service=ALIASES,
        rpc="DeleteModelAlias",
        summary="Deletes a model alias, so that the automatic rules apply to the name again.",
        query_params={**TENANT, "alias": "alias"},
    ),
    Route(
        method="GET",
        path="/admin/feedback/unmatched",
        service="ingest",
        grpc_service=ALIASES,
        rpc="ListUnmatchedFeedback",
        summary="Lists outputs that have feedback but no manifest, oldest first.",
        query_params={**TENANT, **PAGES},
    ),
    Route(
        method="POST",
        path="/admin/feedback/unmatched",
        service="ingest",
        grpc_service=ALIASES,
        rpc="MatchFeedback",
        summary="States the recorded output that the feedback under another output id belongs to.",
        query_params=TENANT,
        body=WHOLE_REQUEST,
    ),
)
"""Routes of model aliases and of feedback without a manifest."""
