"""Routes of transcription and translation."""

from gateway.routes.model import TENANT, VOICE, WHOLE_REQUEST, Route

ROUTES = (
    Route(
        method="POST",
        path="/voice/transcribe",
        service="voice",
        grpc_service=VOICE,
        rpc="Transcribe",
        summary="Transcribes a recording immediately, without storing it.",
        query_params={**TENANT, "language": "language", "skipTranslation": "skip_translation"},
    ),
    Route(
        method="POST",
        path="/voice/translate",
        service="voice",
        grpc_service=VOICE,
        rpc="TranslateText",
        summary="Translates a text.",
        query_params=TENANT,
        body=WHOLE_REQUEST,
    ),
)
"""Routes of transcription and translation."""
