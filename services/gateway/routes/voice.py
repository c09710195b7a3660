"""Hearing and translating."""

from gateway.routes.model import TENANT, VOICE, WHOLE, Route

ROUTES = (
    Route(
        method="POST",
        path="/voice/transcribe",
        service="voice",
        area=VOICE,
        rpc="Transcribe",
        summary="Hears a recording at once and keeps nothing of it.",
        in_query={**TENANT, "language": "language", "skipTranslation": "skip_translation"},
    ),
    Route(
        method="POST",
        path="/voice/translate",
        service="voice",
        area=VOICE,
        rpc="TranslateText",
        summary="Translates a text.",
        in_query=TENANT,
        body=WHOLE,
    ),
)
"""Hearing and translating."""
