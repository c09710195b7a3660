"""The pages, in the order of the navigation."""

from gateway.console.pages import audit, feedback, models, overview, privacy, recommendations, voice

PAGES = (
    overview.PAGE,
    models.PAGE,
    recommendations.PAGE,
    feedback.PAGE,
    feedback.OUTPUT,
    voice.PAGE,
    privacy.PAGE,
    audit.PAGE,
)
